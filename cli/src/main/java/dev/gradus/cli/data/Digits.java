package dev.gradus.cli.data;

import dev.gradus.cli.input.InputError;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

/// The handwritten digits that ship with the command; see `digits-ATTRIBUTION.txt` beside the file.
final class Digits {
    private static final String FILE = "digits.csv.gz";
    private static final int SIDE = 8;
    private static final int BRIGHTEST = 16;
    private static final int CLASSES = 10;
    private static final int TEST_PER_CLASS = 50;
    private static final long SPLIT_SEED = 2026;

    private Digits() {}

    static Dataset read() {
        InputStream file = Digits.class.getResourceAsStream(FILE);
        if (file == null) {
            throw new InputError("the file " + FILE + " is missing from this installation of Gradus");
        }
        Images.Split split = read(FILE, file).holdOut(TEST_PER_CLASS, SPLIT_SEED);
        return new Dataset(
                "digits",
                "1,797 handwritten digits of 8 × 8 pixels (E. Alpaydin, C. Kaynak: Optical Recognition of Handwritten "
                        + "Digits, 1998, UCI, CC BY 4.0); " + TEST_PER_CLASS
                        + " of each digit, drawn once with seed " + SPLIT_SEED + ", are the test set",
                split.rest(),
                split.heldOut(),
                25,
                32,
                25);
    }

    /// Reads lines of 64 pixels and a label.
    ///
    /// @param name for errors
    static Images read(String name, InputStream compressed) {
        List<float[]> images = new ArrayList<>();
        List<Integer> labels = new ArrayList<>();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(new GZIPInputStream(compressed), StandardCharsets.US_ASCII))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String where = "line " + (labels.size() + 1) + " of " + name;
                String[] values = line.split(",", -1);
                if (values.length != SIDE * SIDE + 1) {
                    throw new InputError(where + " must have 65 numbers, got " + values.length);
                }
                float[] pixels = new float[SIDE * SIDE];
                for (int i = 0; i < pixels.length; i++) {
                    pixels[i] = number(where, values[i], BRIGHTEST) / (float) BRIGHTEST;
                }
                images.add(pixels);
                labels.add(number(where, values[SIDE * SIDE], CLASSES - 1));
            }
        } catch (IOException e) {
            throw new InputError("the file " + name + " is damaged (" + e.getMessage() + ")");
        }
        if (labels.isEmpty()) {
            throw new InputError("the file " + name + " must have images, got none");
        }
        return new Images(SIDE, SIDE, CLASSES, images, labels);
    }

    private static int number(String where, String text, int highest) {
        try {
            int value = Integer.parseInt(text);
            if (value >= 0 && value <= highest) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Refused below, as a number out of range is.
        }
        throw new InputError(where + " must have whole numbers from 0 to " + highest + " there, got \"" + text + "\"");
    }
}
