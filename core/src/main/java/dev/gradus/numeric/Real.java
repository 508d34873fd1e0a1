package dev.gradus.numeric;

import dev.gradus.numeric.Sequence.Basic;
import java.util.function.UnaryOperator;

/// A number in the description of a function: its methods note down basic operations.
public final class Real {
    private final DecompositionBuilder builder;
    private final int step;

    Real(DecompositionBuilder builder, int step) {
        this.builder = builder;
        this.step = step;
    }

    /// Decomposes a described function.
    public static Decomposition decompose(UnaryOperator<Real> function, boolean isFloat) {
        DecompositionBuilder builder = new DecompositionBuilder(isFloat);
        int result = function.apply(new Real(builder, builder.argument())).step();
        return builder.build(result);
    }

    int step() {
        return step;
    }

    /// Whether the function is described for float, else for double arithmetic.
    boolean isFloat() {
        return builder.isFloat();
    }

    Real constant(double value) {
        return new Real(builder, builder.constant(value));
    }

    private Real number(Basic basic, Real... others) {
        int[] operands = new int[others.length + 1];
        operands[0] = step;
        for (int i = 0; i < others.length; i++) {
            operands[i + 1] = others[i].step;
        }
        return new Real(builder, builder.number(basic, operands));
    }

    Real plus(Real other) {
        return number(Basic.ADD, other);
    }

    Real plus(double value) {
        return plus(constant(value));
    }

    Real minus(Real other) {
        return number(Basic.SUBTRACT, other);
    }

    Real minus(double value) {
        return minus(constant(value));
    }

    Real times(Real other) {
        return number(Basic.MULTIPLY, other);
    }

    Real times(double value) {
        return times(constant(value));
    }

    Real div(Real other) {
        return number(Basic.DIVIDE, other);
    }

    Real min(double value) {
        return number(Basic.MIN, constant(value));
    }

    Real max(double value) {
        return number(Basic.MAX, constant(value));
    }

    Real abs() {
        return number(Basic.ABS);
    }

    Real sign() {
        return number(Basic.SIGN);
    }

    /// `then` where this is less than the limit, `otherwise` elsewhere and where this is NaN.
    Real whereLess(double limit, Real then, Real otherwise) {
        return number(Basic.WHERE_LESS, constant(limit), then, otherwise);
    }

    /// `then` where this is greater than the limit, `otherwise` elsewhere and where this is NaN.
    Real whereGreater(double limit, Real then, Real otherwise) {
        return constant(limit).number(Basic.WHERE_LESS, this, then, otherwise);
    }

    Real whereEqual(double value, Real then, Real otherwise) {
        return number(Basic.WHERE_EQUAL, constant(value), then, otherwise);
    }

    /// The polynomial in this with these coefficients, that of the highest power first, by Horner's rule.
    Real polynomial(double... coefficients) {
        Real p = constant(coefficients[0]);
        for (int i = 1; i < coefficients.length; i++) {
            p = p.times(this).plus(coefficients[i]);
        }
        return p;
    }

    /// The nearest whole number of one that is below 2²² in magnitude, in double arithmetic 2⁵¹; ties to even.
    Real nearestWhole() {
        double round = isFloat() ? 0x1.8p+23 : 0x1.8p+52;
        return plus(round).minus(round);
    }

    /// 2 to the power of this, a whole number that is the exponent of a normal number.
    Real powerOfTwo() {
        // The number's low bits are the biased exponent.
        return plus(biased()).toBits().shiftLeft(isFloat() ? 23 : 52).toNumber();
    }

    /// The same; arguments for which this is in [−most, most] are regular.
    Real powerOfTwo(int most) {
        plus(biased()).regularBetween(biased() - most, biased() + most);
        return powerOfTwo();
    }

    private double biased() {
        return isFloat() ? 0x1p23 + 127 : 0x1p52 + 1023;
    }

    Bits toBits() {
        return new Bits(builder, builder.bits(Basic.TO_BITS, step, 0));
    }

    /// This value, which is equal to a simpler one for regular arguments.
    Real whereRegular(Real simpler) {
        builder.simplify(step, simpler.step);
        return this;
    }

    /// Declares those arguments regular for which this is between two positive numbers.
    void regularBetween(double least, double most) {
        builder.guard(toBits().step, -1, false, least, most);
    }

    /// Declares those arguments regular for which this is 0 or has a magnitude between two numbers.
    void regularMagnitude(double least, double most) {
        builder.guard(toBits().step, isFloat() ? Integer.MAX_VALUE : Long.MAX_VALUE, true, least, most);
    }

    /// The bits of a number in the description of a function.
    static final class Bits {
        private final DecompositionBuilder builder;
        private final int step;

        private Bits(DecompositionBuilder builder, int step) {
            this.builder = builder;
            this.step = step;
        }

        boolean isFloat() {
            return builder.isFloat();
        }

        private Bits with(Basic basic, long bits) {
            return new Bits(builder, builder.bits(basic, step, bits));
        }

        Bits plus(long bits) {
            return with(Basic.ADD_BITS, bits);
        }

        Bits and(long bits) {
            return with(Basic.AND_BITS, bits);
        }

        Bits shiftLeft(int by) {
            return with(Basic.SHIFT_LEFT, by);
        }

        Bits shiftRight(int by) {
            return with(Basic.SHIFT_RIGHT, by);
        }

        /// The whole number that they are, less another.
        Real toWhole(double less) {
            return new Real(builder, builder.whole(step, less));
        }

        Real toNumber() {
            return new Real(builder, builder.number(Basic.FROM_BITS, step));
        }
    }
}
