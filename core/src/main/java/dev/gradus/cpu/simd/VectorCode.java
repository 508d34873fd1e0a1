package dev.gradus.cpu.simd;

import dev.gradus.numeric.Elementary;
import static java.lang.constant.ConstantDescs.CD_double;
import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;

/// Emits operations of the Vector API on local variables, and the elementary functions made of them: the same
/// operations in the same order as [Elementary] on single values.
final class VectorCode {
    static final String INCUBATOR = "jdk.incubator.vector";
    static final ClassDesc VECTOR = ClassDesc.of(INCUBATOR, "Vector");
    static final ClassDesc SPECIES = ClassDesc.of(INCUBATOR, "VectorSpecies");
    static final ClassDesc MASK = ClassDesc.of(INCUBATOR, "VectorMask");
    static final ClassDesc OPERATORS = ClassDesc.of(INCUBATOR, "VectorOperators");
    static final ClassDesc COMPARISON = OPERATORS.nested("Comparison");
    static final ClassDesc BINARY = OPERATORS.nested("Binary");
    static final ClassDesc ASSOCIATIVE = OPERATORS.nested("Associative");

    static final ClassDesc DOUBLE_VECTOR = ClassDesc.of(INCUBATOR, "DoubleVector");
    static final ClassDesc CONVERSION = OPERATORS.nested("Conversion");

    private final CodeBuilder code;
    private final boolean isFloat;
    private final String species;
    private final ClassDesc vector;
    private final ClassDesc element;
    private final ClassDesc bits;
    private final ClassDesc integer;

    /// @param width of vectors, in bits
    VectorCode(CodeBuilder code, boolean isFloat, int width) {
        this.code = code;
        this.isFloat = isFloat;
        this.species = "SPECIES_" + width;
        this.vector = ClassDesc.of(INCUBATOR, isFloat ? "FloatVector" : "DoubleVector");
        this.element = isFloat ? CD_float : CD_double;
        this.bits = ClassDesc.of(INCUBATOR, isFloat ? "IntVector" : "LongVector");
        this.integer = isFloat ? CD_int : CD_long;
    }

    ClassDesc vector() {
        return vector;
    }

    ClassDesc element() {
        return element;
    }

    CodeBuilder pushSpecies() {
        return code.getstatic(vector, species, SPECIES);
    }

    /// Turns the number on the stack into a vector.
    void broadcast() {
        // The species was pushed before the number.
        code.invokestatic(vector, "broadcast", MethodTypeDesc.of(vector, SPECIES, element));
    }

    int splat(double value) {
        pushSpecies();
        push(value);
        broadcast();
        return store();
    }

    int unary(String method, int a) {
        code.aload(a).invokevirtual(vector, method, MethodTypeDesc.of(vector));
        return store();
    }

    int binary(String method, int a, int b) {
        code.aload(a).aload(b).invokevirtual(vector, method, MethodTypeDesc.of(vector, VECTOR));
        return store();
    }

    int scalar(String method, int a, double b) {
        code.aload(a);
        push(b);
        code.invokevirtual(vector, method, MethodTypeDesc.of(vector, element));
        return store();
    }

    /// One half of a float vector, as doubles.
    int widen(int a, int half) {
        code.aload(a)
                .getstatic(OPERATORS, "F2D", CONVERSION)
                .getstatic(DOUBLE_VECTOR, species, SPECIES)
                .loadConstant(half)
                .invokevirtual(vector, "convertShape", MethodTypeDesc.of(VECTOR, CONVERSION, SPECIES, CD_int))
                .checkcast(DOUBLE_VECTOR);
        return store();
    }

    int binaryDouble(String method, int a, int b) {
        code.aload(a).aload(b).invokevirtual(DOUBLE_VECTOR, method, MethodTypeDesc.of(DOUBLE_VECTOR, VECTOR));
        return store();
    }

    /// Combines a vector of doubles into another.
    void intoDouble(String method, int target, int a) {
        code.aload(target)
                .aload(a)
                .invokevirtual(DOUBLE_VECTOR, method, MethodTypeDesc.of(DOUBLE_VECTOR, VECTOR))
                .astore(target);
    }

    void splatDouble(double value, int target) {
        code.getstatic(DOUBLE_VECTOR, species, SPECIES)
                .loadConstant(value)
                .invokestatic(DOUBLE_VECTOR, "broadcast", MethodTypeDesc.of(DOUBLE_VECTOR, SPECIES, CD_double))
                .astore(target);
    }

    /// `b` where the comparison of `left` and `right` holds, `a` elsewhere.
    int blend(int a, int b, String comparison, int left, int right) {
        code.aload(a)
                .aload(b)
                .aload(left)
                .getstatic(OPERATORS, comparison, COMPARISON)
                .aload(right)
                .invokevirtual(vector, "compare", MethodTypeDesc.of(MASK, COMPARISON, VECTOR))
                .invokevirtual(vector, "blend", MethodTypeDesc.of(vector, VECTOR, MASK));
        return store();
    }

    private int bits(String operator, int a, long b) {
        ClassDesc type = operator.endsWith("SHL") || operator.endsWith("SHR") ? BINARY : ASSOCIATIVE;
        code.aload(a).getstatic(OPERATORS, operator, type);
        if (isFloat) {
            code.loadConstant((int) b);
        } else {
            code.loadConstant(b);
        }
        code.invokevirtual(bits, "lanewise", MethodTypeDesc.of(bits, BINARY, integer));
        return store();
    }

    private int toBits(int a) {
        code.aload(a)
                .invokevirtual(vector, isFloat ? "reinterpretAsInts" : "reinterpretAsLongs", MethodTypeDesc.of(bits));
        return store();
    }

    private int fromBits(int a) {
        code.aload(a)
                .invokevirtual(
                        bits, isFloat ? "reinterpretAsFloats" : "reinterpretAsDoubles", MethodTypeDesc.of(vector));
        return store();
    }

    private void push(double value) {
        if (isFloat) {
            code.loadConstant((float) value);
        } else {
            code.loadConstant(value);
        }
    }

    private int store() {
        int local = code.allocateLocal(TypeKind.REFERENCE);
        code.astore(local);
        return local;
    }

    /// eˣ.
    int exp(int x) {
        Elementary.Exp with = isFloat ? Elementary.EXP_F : Elementary.EXP_D;
        int limited = scalar("max", scalar("min", x, with.most()), with.least());
        int k = nearest(scalar("mul", limited, with.log2e()));
        int y = isFloat ? polynomialF(limited, k, with) : polynomialD(limited, k, with);
        int half = nearest(scalar("sub", scalar("mul", k, 0.5), 0.25));
        int scaled = binary("mul", binary("mul", y, powerOfTwo(half)), powerOfTwo(binary("sub", k, half)));
        int kept = scalar("mul", scalar("sub", x, with.least()), 0x1p60);
        return binary("mul", scaled, scalar("max", scalar("min", kept, 1), 0));
    }

    private int nearest(int x) {
        double round = isFloat ? 0x1.8p+23 : 0x1.8p+52;
        return scalar("sub", scalar("add", x, round), round);
    }

    private int polynomialF(int x, int k, Elementary.Exp with) {
        int r = binary("sub", binary("sub", x, scalar("mul", k, with.ln2High())), scalar("mul", k, with.ln2Low()));
        int p = horner(r, with.coefficients());
        return scalar("add", binary("add", binary("mul", p, binary("mul", r, r)), r), 1);
    }

    private int polynomialD(int x, int k, Elementary.Exp with) {
        int high = binary("sub", x, scalar("mul", k, with.ln2High()));
        int low = scalar("mul", k, with.ln2Low());
        int r = binary("sub", high, low);
        int z = binary("mul", r, r);
        int c = binary("sub", r, binary("mul", z, horner(z, with.coefficients())));
        int quotient = binary("div", binary("mul", r, c), scalar("add", unary("neg", c), 2));
        return scalar("add", binary("add", binary("sub", quotient, low), high), 1);
    }

    private int horner(int x, double[] coefficients) {
        int p = splat(coefficients[0]);
        for (int i = 1; i < coefficients.length; i++) {
            p = scalar("add", binary("mul", p, x), coefficients[i]);
        }
        return p;
    }

    /// 2 to the power of a whole number, by way of the low bits of a large one.
    private int powerOfTwo(int exponent) {
        int shifted = scalar("add", exponent, isFloat ? 0x1p23 + 127 : 0x1p52 + 1023);
        return fromBits(bits("LSHL", toBits(shifted), isFloat ? 23 : 52));
    }

    /// The bits of a positive number, moved such that the exponent grows at the root of 1/2 and its multiples by two.
    private int rebased(int x, Elementary.Log with) {
        return bits("ADD", toBits(x), with.oneBits() - with.sqrtHalfBits());
    }

    private int exponent(int rebased) {
        int low = bits("OR", bits("LSHR", rebased, isFloat ? 23 : 52), isFloat ? 0x4b000000L : 0x4330000000000000L);
        return scalar("sub", fromBits(low), isFloat ? 0x1p23 + 127 : 0x1p52 + 1023);
    }

    /// Between the root of 1/2 and that of 2.
    private int mantissa(int rebased, Elementary.Log with) {
        long mask = isFloat ? 0x007fffffL : 0x000fffffffffffffL;
        return fromBits(bits("ADD", bits("AND", rebased, mask), with.sqrtHalfBits()));
    }

    /// ln(1 + x).
    int log1p(int x) {
        Elementary.Log with = isFloat ? Elementary.LOG_F : Elementary.LOG_D;
        int u = scalar("add", x, 1);
        int raw = rebased(u, with);
        int k = exponent(raw);
        int f = scalar("sub", mantissa(raw, with), 1);
        int c = binary("div", binary("sub", x, scalar("sub", u, 1)), u);

        int s = binary("div", f, scalar("add", f, 2));
        int z = binary("mul", s, s);
        int p = horner(z, with.coefficients());
        int halfSquare = binary("mul", scalar("mul", f, 0.5), f);
        int small = binary(
                "add",
                binary("mul", s, binary("add", halfSquare, binary("mul", z, p))),
                binary("add", scalar("mul", k, with.ln2Low()), c));
        int rest = binary("sub", binary("sub", halfSquare, small), f);
        int result = binary("sub", scalar("mul", k, with.ln2High()), rest);

        int minusOne = splat(-1);
        int infinity = splat(Double.POSITIVE_INFINITY);
        int real = blend(splat(Double.NaN), result, "GT", x, minusOne);
        int withPole = blend(real, splat(Double.NEGATIVE_INFINITY), "EQ", x, minusOne);
        return blend(withPole, x, "EQ", x, infinity);
    }

    /// −1, ±0, 1 or NaN.
    int sign(int x) {
        int zero = splat(0);
        int positive = blend(x, splat(1), "GT", x, zero);
        return blend(positive, splat(-1), "LT", x, zero);
    }

    /// ∛x.
    int cbrt(int x) {
        Elementary.Cbrt with = isFloat ? Elementary.CBRT_F : Elementary.CBRT_D;
        Elementary.Log logarithm = isFloat ? Elementary.LOG_F : Elementary.LOG_D;
        int a = unary("abs", x);
        int least = splat(with.minNormal());
        int one = splat(1);
        int up = blend(one, splat(with.up()), "LT", a, least);
        int down = blend(one, splat(with.down()), "LT", a, least);
        int raw = rebased(binary("mul", a, up), logarithm);
        int k = exponent(raw);
        int third = nearest(scalar("mul", k, with.third()));
        int rest = binary("sub", k, scalar("mul", third, 3));
        int w = binary("mul", mantissa(raw, logarithm), powerOfTwo(rest));
        int t = horner(w, with.coefficients());
        for (int i = 0; i < with.refinements(); i++) {
            t = refined(t, w, with);
        }
        int scaled = binary("mul", binary("mul", t, powerOfTwo(third)), down);
        int signed = binary("mul", scaled, sign(x));
        return blend(signed, x, "EQ", a, splat(Double.POSITIVE_INFINITY));
    }

    private int refined(int guess, int w, Elementary.Cbrt with) {
        int t = scalar("sub", scalar("add", guess, with.halfOfDigits()), with.halfOfDigits());
        int cube = binary("mul", binary("mul", t, t), t);
        int quotient = binary("div", binary("sub", w, cube), binary("add", binary("add", cube, cube), w));
        return binary("add", t, binary("mul", t, quotient));
    }
}
