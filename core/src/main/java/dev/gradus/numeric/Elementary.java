package dev.gradus.numeric;

/// Elementary functions per element, described by basic operations only, so that every backend gives the same bits.
///
/// Exponential and logarithm are a reduction by a two-part ln 2 and a polynomial, with the constants of Sun's fdlibm
/// and, for the float exponential, of Moshier's Cephes; the cube root is a polynomial and Halley's iteration. The
/// errors that the tests measure stay below 1 ulp, those of the cube root below 0.8.
///
/// A new function is a method here that [dev.gradus.program.Op] names.
public final class Elementary {
    private static final double LN_2_HIGH_F = 6.9313812256e-01f;
    private static final double LN_2_LOW_F = 9.0580006145e-06f;
    private static final double LN_2_HIGH_D = 6.93147180369123816490e-01;
    private static final double LN_2_LOW_D = 1.90821492927058770002e-10;

    private static final long ONE_F = 0x3f800000L;
    private static final long SQRT_HALF_F = 0x3f3504f3L;
    private static final long ONE_D = 0x3ff0000000000000L;
    private static final long SQRT_HALF_D = 0x3fe6a09e00000000L;

    private Elementary() {}

    /// eˣ; 0 where the result would be subnormal.
    public static Real exp(Real x) {
        double least = x.isFloat() ? -87.3f : -708.3;
        double most = x.isFloat() ? 89 : 710;
        Real limited = x.min(most).max(least).whereRegular(x);
        Real k = limited.times(x.isFloat() ? 0x1.715476p+0f : 0x1.71547652b82fep+0)
                .nearestWhole();
        Real power = k.powerOfTwo(x.isFloat() ? 125 : 1021);
        Real y = x.isFloat() ? expOfRestF(limited, k) : expOfRestD(limited, k);
        Real normal = y.times(power);
        // For the largest results 2ᵏ is beyond the exponents of numbers, its root is not.
        Real half = k.times(0.5).minus(0.25).nearestWhole();
        Real scaled = y.times(half.powerOfTwo()).times(k.minus(half).powerOfTwo());
        Real kept = x.minus(least).times(0x1p60).min(1).max(0);
        return scaled.times(kept).whereRegular(normal);
    }

    private static Real expOfRestF(Real x, Real k) {
        Real r = x.minus(k.times(0.693145751953125f)).minus(k.times(1.4286067653e-06f));
        Real p = r.polynomial(
                1.9875691500e-4f,
                1.3981999507e-3f,
                8.3334519073e-3f,
                4.1665795894e-2f,
                1.6666665459e-1f,
                5.0000001201e-1f);
        return p.times(r.times(r)).plus(r).plus(1);
    }

    private static Real expOfRestD(Real x, Real k) {
        Real high = x.minus(k.times(LN_2_HIGH_D));
        Real low = k.times(LN_2_LOW_D);
        Real r = high.minus(low);
        Real z = r.times(r);
        Real p = z.polynomial(
                4.13813679705723846039e-08,
                -1.65339022054652515390e-06,
                6.61375632143793436117e-05,
                -2.77777777770155933842e-03,
                1.66666666666666019037e-01);
        Real c = r.minus(z.times(p));
        return r.times(c).div(c.constant(2).minus(c)).minus(low).plus(high).plus(1);
    }

    /// ln(1 + x); of −0 it is +0.
    public static Real log1p(Real x) {
        Real u = x.plus(1);
        u.regularBetween(leastNormal(x), largest(x));
        Real.Bits rebased = rebased(u);
        Real k = exponent(rebased);
        // What 1 + x lost by rounding, as a share of the sum.
        Real lost = x.minus(u.minus(1)).div(u);
        Real y = logarithm(k, mantissa(rebased).minus(1), k.times(ln2Low(x)).plus(lost));
        Real real = x.whereGreater(-1, y, x.constant(Double.NaN));
        Real pole = x.whereEqual(-1, x.constant(Double.NEGATIVE_INFINITY), real);
        return x.whereEqual(Double.POSITIVE_INFINITY, x, pole).whereRegular(y);
    }

    /// The logarithm of (1 + f)·2ᵏ, for 1 + f between the root of 1/2 and that of 2.
    ///
    /// @param low what to add to it beside the higher part of k·ln 2
    private static Real logarithm(Real k, Real f, Real low) {
        Real s = f.div(f.plus(2));
        Real z = s.times(s);
        Real p = f.isFloat()
                ? z.polynomial(
                        1.4798198640e-01f,
                        1.5313838422e-01f,
                        1.8183572590e-01f,
                        2.2222198546e-01f,
                        2.8571429849e-01f,
                        4.0000000596e-01f,
                        6.6666668653e-01f)
                : z.polynomial(
                        1.479819860511658591e-01,
                        1.531383769920937332e-01,
                        1.818357216161805012e-01,
                        2.222219843214978396e-01,
                        2.857142874366239149e-01,
                        3.999999999940941908e-01,
                        6.666666666666735130e-01);
        Real halfSquare = f.times(0.5).times(f);
        Real small = s.times(halfSquare.plus(z.times(p))).plus(low);
        return k.times(ln2High(f)).minus(halfSquare.minus(small).minus(f));
    }

    /// ∛x; of ±0 it is ±0.
    public static Real cbrt(Real x) {
        boolean isFloat = x.isFloat();
        x.regularMagnitude(leastNormal(x), largest(x));
        Real a = x.abs();
        Real one = x.constant(1);
        Real up = a.whereLess(leastNormal(x), x.constant(isFloat ? 0x1p24 : 0x1p54), one);
        Real down = a.whereLess(leastNormal(x), x.constant(isFloat ? 0x1p-8 : 0x1p-18), one);
        Real.Bits rebased = rebased(a.times(up).whereRegular(a));
        Real k = exponent(rebased);
        Real third = k.times(isFloat ? 0x1.555556p-2f : 0x1.5555555555555p-2).nearestWhole();
        Real w = mantissa(rebased).times(k.minus(third.times(3)).powerOfTwo());
        Real guess = w.polynomial(
                1.1281134737809347e-2,
                -1.0447032173207028e-1,
                3.869737543234221e-1,
                -7.610819469403539e-1,
                1.0523510055332463e+0,
                4.151450687863977e-1);
        Real root = isFloat ? refined(guess, w) : refined(refined(guess, w), w);
        Real normal = root.times(third.powerOfTwo());
        Real signed = normal.times(down).whereRegular(normal).times(x.sign());
        return a.whereEqual(Double.POSITIVE_INFINITY, x, signed).whereRegular(signed);
    }

    /// A better approximation of ∛w, from one that is rounded before such that its square is exact.
    private static Real refined(Real guess, Real w) {
        double halfOfDigits = w.isFloat() ? 0x1.8p+12 : 0x1.8p+27;
        Real t = guess.plus(halfOfDigits).minus(halfOfDigits);
        Real cube = t.times(t).times(t);
        return t.plus(t.times(w.minus(cube).div(cube.plus(cube).plus(w))));
    }

    /// The bits of a positive number, moved such that the exponent grows at the root of 1/2 and its multiples by two.
    private static Real.Bits rebased(Real x) {
        return x.toBits().plus(x.isFloat() ? ONE_F - SQRT_HALF_F : ONE_D - SQRT_HALF_D);
    }

    private static Real exponent(Real.Bits rebased) {
        return rebased.isFloat()
                ? rebased.shiftRight(23).toWhole(127)
                : rebased.shiftRight(52).toWhole(1023);
    }

    /// The number with the exponent taken off: between the root of 1/2 and that of 2.
    private static Real mantissa(Real.Bits rebased) {
        return rebased.isFloat()
                ? rebased.and(0x007fffffL).plus(SQRT_HALF_F).toNumber()
                : rebased.and(0x000fffffffffffffL).plus(SQRT_HALF_D).toNumber();
    }

    private static double ln2High(Real x) {
        return x.isFloat() ? LN_2_HIGH_F : LN_2_HIGH_D;
    }

    private static double ln2Low(Real x) {
        return x.isFloat() ? LN_2_LOW_F : LN_2_LOW_D;
    }

    private static double leastNormal(Real x) {
        return x.isFloat() ? Float.MIN_NORMAL : Double.MIN_NORMAL;
    }

    private static double largest(Real x) {
        return x.isFloat() ? Float.MAX_VALUE : Double.MAX_VALUE;
    }
}
