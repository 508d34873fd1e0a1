package dev.gradus.cli.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.initializer.Initializer;
import java.util.Random;

/// He's normal distribution for layers with rectifiers, drawn from Java's generator: the engine's own is shared by
/// the whole process, and is not the same on every platform.
final class SeededWeights implements Initializer {
    private final Random random;

    SeededWeights(long seed) {
        this.random = new Random(seed);
    }

    @Override
    public NDArray initialize(NDManager manager, Shape shape, DataType type) {
        double fanIn = (double) shape.size() / shape.get(0);
        double deviation = Math.sqrt(2 / fanIn);
        float[] values = new float[Math.toIntExact(shape.size())];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (deviation * random.nextGaussian());
        }
        return manager.create(values, shape);
    }
}
