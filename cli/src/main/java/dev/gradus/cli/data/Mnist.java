package dev.gradus.cli.data;

import dev.gradus.cli.input.InputError;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;

/// A user's own copy of MNIST: four files in the IDX format, compressed (`.gz`) or not.
final class Mnist {
    private static final int IMAGES = 0x0803;
    private static final int LABELS = 0x0801;
    private static final int CLASSES = 10;
    private static final int LARGEST_SIDE = 1024;

    private Mnist() {}

    static Dataset read(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new InputError("the folder of mnist does not exist: " + folder);
        }
        Images training = read(folder, "train");
        Images test = read(folder, "t10k");
        if (training.height() != test.height() || training.width() != test.width()) {
            throw new InputError("the images in " + folder + " must have one size, got " + size(training)
                    + " for training and " + size(test) + " for the test");
        }
        int smallestClass = IntStream.range(0, CLASSES)
                .map(label -> Collections.frequency(training.labels(), label))
                .min()
                .orElseThrow();
        if (smallestClass < 2) {
            throw new InputError("the training images in " + folder + " must show each digit at least twice");
        }
        return new Dataset(
                "mnist",
                "MNIST (Y. LeCun, C. Cortes, C. Burges), " + size(training) + " pixels, with its own test set",
                training,
                test,
                Math.max(1, smallestClass / 12),
                128,
                2);
    }

    private static String size(Images images) {
        return images.height() + " × " + images.width();
    }

    private static Images read(Path folder, String part) {
        Path imageFile = find(folder, part + "-images-idx3-ubyte");
        Path labelFile = find(folder, part + "-labels-idx1-ubyte");
        List<Integer> labels = labels(labelFile);
        try (DataInputStream in = open(imageFile)) {
            int count = header(imageFile, in, IMAGES);
            if (count != labels.size()) {
                throw new InputError(imageFile + " has " + count + " images, but " + labelFile + " has " + labels.size()
                        + " labels");
            }
            int height = side(imageFile, in.readInt());
            int width = side(imageFile, in.readInt());
            List<float[]> images = new ArrayList<>();
            byte[] bytes = new byte[height * width];
            for (int i = 0; i < count; i++) {
                in.readFully(bytes);
                float[] pixels = new float[bytes.length];
                for (int k = 0; k < pixels.length; k++) {
                    pixels[k] = (bytes[k] & 0xFF) / 255f;
                }
                images.add(pixels);
            }
            requireEnd(imageFile, in);
            return new Images(height, width, CLASSES, images, labels);
        } catch (IOException e) {
            throw damaged(imageFile, e);
        }
    }

    private static List<Integer> labels(Path file) {
        try (DataInputStream in = open(file)) {
            int count = header(file, in, LABELS);
            List<Integer> labels = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                int label = in.readUnsignedByte();
                if (label >= CLASSES) {
                    throw new InputError("label " + (i + 1) + " of " + file + " must be from 0 to 9, got " + label);
                }
                labels.add(label);
            }
            requireEnd(file, in);
            return labels;
        } catch (IOException e) {
            throw damaged(file, e);
        }
    }

    private static Path find(Path folder, String name) {
        Path plain = folder.resolve(name);
        Path compressed = folder.resolve(name + ".gz");
        if (Files.isRegularFile(compressed)) {
            return compressed;
        }
        if (Files.isRegularFile(plain)) {
            return plain;
        }
        throw new InputError("the folder of mnist must have the file " + name + ".gz, there is none in " + folder);
    }

    private static DataInputStream open(Path file) throws IOException {
        InputStream raw = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
        try {
            return new DataInputStream(
                    file.toString().endsWith(".gz")
                            ? new BufferedInputStream(new GZIPInputStream(raw, 1 << 16), 1 << 16)
                            : raw);
        } catch (IOException e) {
            raw.close();
            throw e;
        }
    }

    /// Reads the magic number and returns how many items follow.
    private static int header(Path file, DataInputStream in, int expected) throws IOException {
        int magic = in.readInt();
        if (magic != expected) {
            throw new InputError(
                    file + " must begin with the IDX number 0x%04x, got 0x%04x".formatted(expected, magic));
        }
        int count = in.readInt();
        if (count <= 0) {
            throw new InputError(file + " must have at least one item, got " + count);
        }
        return count;
    }

    private static int side(Path file, int pixels) {
        if (pixels < 4 || pixels > LARGEST_SIDE) {
            throw new InputError(
                    "the images of " + file + " must have sides of 4 to " + LARGEST_SIDE + " pixels, got " + pixels);
        }
        return pixels;
    }

    private static void requireEnd(Path file, DataInputStream in) throws IOException {
        if (in.read() >= 0) {
            throw new InputError(file + " is damaged: it has more bytes than its header says");
        }
    }

    private static InputError damaged(Path file, IOException cause) {
        String what = cause instanceof EOFException ? "it ends too early" : String.valueOf(cause.getMessage());
        return new InputError(file + " is damaged: " + what);
    }
}
