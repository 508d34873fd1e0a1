package dev.gradus.cli.data;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/// Labelled grey images of one size.
///
/// @param height pixels
/// @param width pixels
/// @param pixels per image its pixels in row-major order, in [0, 1]
/// @param labels per image its class, in [0, classes)
public record Images(int height, int width, int classes, List<float[]> pixels, List<Integer> labels) {

    public Images {
        pixels = List.copyOf(pixels);
        labels = List.copyOf(labels);
    }

    /// A division of images into a larger and a smaller part.
    public record Split(Images rest, Images heldOut) {}

    public int count() {
        return labels.size();
    }

    /// Holds out the same number of images of every class, chosen by a seed; both parts keep the original order.
    ///
    /// @throws IllegalArgumentException if a class has too few images
    public Split holdOut(int perClass, long seed) {
        boolean[] held = new boolean[count()];
        Random random = new Random(seed);
        for (int label = 0; label < classes; label++) {
            List<Integer> ofClass = new ArrayList<>();
            for (int i = 0; i < count(); i++) {
                if (labels.get(i) == label) {
                    ofClass.add(i);
                }
            }
            if (ofClass.size() <= perClass) {
                throw new IllegalArgumentException("class " + label + " has " + ofClass.size() + " images, of which "
                        + perClass + " cannot be held out");
            }
            Collections.shuffle(ofClass, random);
            ofClass.subList(0, perClass).forEach(i -> held[i] = true);
        }
        return new Split(where(held, false), where(held, true));
    }

    private Images where(boolean[] held, boolean wanted) {
        List<float[]> chosen = new ArrayList<>();
        List<Integer> theirLabels = new ArrayList<>();
        for (int i = 0; i < held.length; i++) {
            if (held[i] == wanted) {
                chosen.add(pixels.get(i));
                theirLabels.add(labels.get(i));
            }
        }
        return new Images(height, width, classes, chosen, theirLabels);
    }
}
