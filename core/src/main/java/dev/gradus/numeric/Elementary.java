package dev.gradus.numeric;

/// Elementary functions per element, described by basic operations only, so that every backend gives the same bits.
///
/// Exponential and logarithm are a reduction by a two-part ln 2 and a polynomial, with the constants of Sun's fdlibm
/// and, for the float exponential, of Moshier's Cephes; the cube root is a polynomial and Halley's iteration. The
/// errors that the tests measure stay below 1 ulp, those of the logarithm below 0.9, those of the cube root below 0.8,
/// those of the hyperbolic tangent below 1.1.
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
        Real k = limited.times(log2e(x)).nearestWhole();
        Real power = k.powerOfTwo(x.isFloat() ? 125 : 1021);
        Real y = expm1OfRest(limited, k).plus(1);
        Real normal = y.times(power);
        // For the largest results 2ᵏ is beyond the exponents of numbers, its root is not.
        Real half = k.times(0.5).minus(0.25).nearestWhole();
        Real scaled = y.times(half.powerOfTwo()).times(k.minus(half).powerOfTwo());
        Real kept = x.minus(least).times(0x1p60).min(1).max(0);
        return scaled.times(kept).whereRegular(normal);
    }

    /// e to the power of x − k·ln 2, less 1; for this power between the root of 1/2 and that of 2.
    private static Real expm1OfRest(Real x, Real k) {
        return x.isFloat() ? expm1OfRestF(x, k) : expm1OfRestD(x, k);
    }

    private static Real expm1OfRestF(Real x, Real k) {
        Real r = x.minus(k.times(0.693145751953125f)).minus(k.times(1.4286067653e-06f));
        Real p = r.polynomial(
                1.9875691500e-4f,
                1.3981999507e-3f,
                8.3334519073e-3f,
                4.1665795894e-2f,
                1.6666665459e-1f,
                5.0000001201e-1f);
        return p.times(r.times(r)).plus(r);
    }

    private static Real expm1OfRestD(Real x, Real k) {
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
        return r.times(c).div(c.constant(2).minus(c)).minus(low).plus(high);
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

    /// ln x; −∞ of ±0, NaN of what is less.
    public static Real log(Real x) {
        x.regularBetween(leastNormal(x), largest(x));
        int digits = x.isFloat() ? 24 : 54;
        Real up = x.whereLess(leastNormal(x), x.constant(x.isFloat() ? 0x1p24 : 0x1p54), x.constant(1));
        Real down = x.whereLess(leastNormal(x), x.constant(digits), x.constant(0));
        Real.Bits rebased = rebased(x.times(up).whereRegular(x));
        Real whole = exponent(rebased);
        Real k = whole.minus(down).whereRegular(whole);
        Real y = logarithm(k, mantissa(rebased).minus(1), k.times(ln2Low(x)));
        Real real = x.whereGreater(0, y, x.constant(Double.NaN));
        Real pole = x.whereEqual(0, x.constant(Double.NEGATIVE_INFINITY), real);
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

    /// tanh x; of ±0 it is ±0.
    ///
    /// Up to 3/4 an odd polynomial, fitted at the zeros of a Chebyshev polynomial; beyond it 1 − 2 ⁄ (e²ˣ + 1).
    /// There e²ˣ + 1 is the sum of 2ᵏ + 1 and 2ᵏ·(eʳ − 1), which rounds once less than by way of e²ˣ.
    public static Real tanh(Real x) {
        Real a = x.abs();
        Real z = a.times(a);
        Real small = a.plus(a.times(z.times(x.isFloat() ? tanhSeriesF(z) : tanhSeriesD(z))));
        // From there on the result is 1.
        Real twice = a.min(x.isFloat() ? 10 : 20).times(2);
        Real k = twice.times(log2e(x)).nearestWhole();
        Real power = k.powerOfTwo();
        Real sum = expm1OfRest(twice, k).times(power).plus(power.plus(1));
        Real large = x.constant(1).minus(x.constant(2).div(sum));
        return a.whereLess(0.75, small, large).times(x.sign());
    }

    /// (tanh(x) ⁄ x − 1) ⁄ z for z = x².
    private static Real tanhSeriesF(Real z) {
        return z.polynomial(1.9095024e-3f, -7.933808e-3f, 2.1615319e-2f, -5.3935852e-2f, 1.3333179e-1f, -3.333333e-1f);
    }

    private static Real tanhSeriesD(Real z) {
        return z.polynomial(
                -1.6408599646831444e-06,
                1.0048053928129499e-05,
                -3.449472469998217e-05,
                9.42476297649358e-05,
                -2.3809406936979282e-04,
                5.897469986953327e-04,
                -1.4557818253310693e-03,
                3.5921213885060418e-03,
                -8.863234987439102e-03,
                2.1869488509711037e-02,
                -5.396825396758208e-02,
                1.3333333333332661e-01,
                -3.333333333333333e-01);
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

    private static double log2e(Real x) {
        return x.isFloat() ? 0x1.715476p+0f : 0x1.71547652b82fep+0;
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
