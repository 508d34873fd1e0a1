package dev.gradus.bench.contest;

/// Numbers that look random and are the same in every run.
final class Numbers {
    private Numbers() {}

    /// Fills tensors with numbers in [−scale, scale).
    static void fill(float[][] tensors, int seed, float scale) {
        for (int i = 0; i < tensors.length; i++) {
            fill(tensors[i], seed * 31 + i, scale);
        }
    }

    /// A multiplicative hash of the index rather than a generator, so that the JIT can vectorise it.
    private static void fill(float[] tensor, int seed, float scale) {
        int start = seed * 0x85EBCA6B;
        float unit = scale * 0x1p-31f;
        for (int i = 0; i < tensor.length; i++) {
            int x = i * 0x9E3779B9 + start;
            x ^= x >>> 16;
            x *= 0x7FEB352D;
            x ^= x >>> 15;
            x *= 0x846CA68B;
            x ^= x >>> 16;
            tensor[i] = x * unit;
        }
    }
}
