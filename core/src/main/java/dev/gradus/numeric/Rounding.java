package dev.gradus.numeric;

/// The random numbers of stochastic rounding: a function of what is rounded and when, so that every backend
/// draws the same ones, and a resumed run goes on with those of the run that was interrupted.
///
/// Elements are counted in stretches of 1,024. A key stands for one tensor at one step; key and stretch are
/// mixed into two 32-bit numbers a and b, and element j of the stretch gets a + j·b modulo 2³². Two elements
/// are independent, as a and b are: whatever the first got, (j − i)·b is uniform on the multiples of a power
/// of two below 2¹⁰, and only the upper bits are used. So rounding errors are uncorrelated, which is all that
/// their variances, in any direction, depend on; and a vector of random numbers costs one addition.
public final class Rounding {
    public static final int STRETCH_BITS = 10;

    /// The number of elements that share a and b.
    public static final int STRETCH = 1 << STRETCH_BITS;

    /// 2⁶⁴ divided by the golden ratio.
    public static final long GOLDEN = 0x9E3779B97F4A7C15L;

    public static final int MIX_SHIFT_0 = 30;
    public static final long MIX_0 = 0xBF58476D1CE4E5B9L;
    public static final int MIX_SHIFT_1 = 27;
    public static final long MIX_1 = 0x94D049BB133111EBL;
    public static final int MIX_SHIFT_2 = 31;

    private Rounding() {}

    /// The key of a tensor at a step.
    ///
    /// @param tensor the hash of its name
    /// @param step the parameter's own count
    public static long key(long tensor, long step) {
        return mix(tensor + step * GOLDEN);
    }

    /// A hash of a name, the same in every JVM.
    public static long hash(String name) {
        long hash = name.length();
        for (int i = 0; i < name.length(); i++) {
            hash = mix(hash + name.charAt(i) + GOLDEN);
        }
        return hash;
    }

    /// The numbers a, in the upper half, and b of a stretch.
    static long ofStretch(long key, long stretch) {
        return mix(key + stretch * GOLDEN);
    }

    /// Draws the numbers of elements `start` … `start + count − 1`, 32 random bits each.
    public static void draw(long key, long start, int[] target, int count) {
        int done = 0;
        while (done < count) {
            long position = start + done;
            int j = (int) (position % STRETCH);
            int length = Math.min(STRETCH - j, count - done);
            long ab = ofStretch(key, position / STRETCH);
            int b = (int) ab;
            line((int) (ab >>> Integer.SIZE) + j * b, b, target, done, length);
            done += length;
        }
    }

    private static void line(int a, int b, int[] target, int from, int count) {
        for (int i = 0; i < count; i++) {
            target[from + i] = a + i * b;
        }
    }

    /// The finalizer of SplitMix64.
    static long mix(long z) {
        long y = (z ^ z >>> MIX_SHIFT_0) * MIX_0;
        y = (y ^ y >>> MIX_SHIFT_1) * MIX_1;
        return y ^ y >>> MIX_SHIFT_2;
    }
}
