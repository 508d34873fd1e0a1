package dev.gradus.cpu.simd;

import static java.lang.constant.ConstantDescs.CD_double;
import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;

import dev.gradus.numeric.Sequence;
import dev.gradus.numeric.Sequence.Basic;
import dev.gradus.numeric.Sequence.Step;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.function.IntUnaryOperator;

/// Emits operations of the Vector API on local variables, and the sequences of them that functions are.
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

    /// −1, ±0, 1 or NaN.
    int sign(int x) {
        int zero = splat(0);
        int positive = blend(x, splat(1), "GT", x, zero);
        return blend(positive, splat(-1), "LT", x, zero);
    }

    /// Computes a function of a vector.
    int function(Sequence function, int x) {
        int[] locals = new int[function.steps().size()];
        for (int i = 0; i < locals.length; i++) {
            Step step = function.steps().get(i);
            // Where a constant is the second operand it needs no vector.
            if (step.basic() != Basic.CONSTANT) {
                locals[i] = step(function, step, locals, x);
            }
        }
        return vector(function, function.result(), locals);
    }

    /// The value of a step, which is splat where it is a constant.
    private int vector(Sequence function, int step, int[] locals) {
        if (locals[step] == 0) {
            locals[step] = splat(function.steps().get(step).number());
        }
        return locals[step];
    }

    private int step(Sequence function, Step step, int[] locals, int x) {
        IntUnaryOperator operand = i -> vector(function, step.operands().get(i), locals);
        return switch (step.basic()) {
            case ARGUMENT -> x;
            case CONSTANT -> splat(step.number());
            case ADD -> binary("add", function, step, locals);
            case SUBTRACT -> binary("sub", function, step, locals);
            case MULTIPLY -> binary("mul", function, step, locals);
            case DIVIDE -> binary("div", function, step, locals);
            case MIN -> binary("min", function, step, locals);
            case MAX -> binary("max", function, step, locals);
            case ABS -> unary("abs", operand.applyAsInt(0));
            case SIGN -> sign(operand.applyAsInt(0));
            case WHERE_LESS -> where("LT", operand);
            case WHERE_EQUAL -> where("EQ", operand);
            case TO_BITS -> toBits(operand.applyAsInt(0));
            case FROM_BITS -> fromBits(operand.applyAsInt(0));
            case TO_WHOLE -> toWhole(operand.applyAsInt(0), step.number());
            case ADD_BITS -> bits("ADD", operand.applyAsInt(0), step.bits());
            case AND_BITS -> bits("AND", operand.applyAsInt(0), step.bits());
            case SHIFT_LEFT -> bits("LSHL", operand.applyAsInt(0), step.bits());
            case SHIFT_RIGHT -> bits("LSHR", operand.applyAsInt(0), step.bits());
        };
    }

    /// By way of a large number whose low bits they are; conversions of long take no single instruction everywhere.
    private int toWhole(int bits, double less) {
        int large = fromBits(bits("OR", bits, isFloat ? 0x4b000000L : 0x4330000000000000L));
        return scalar("sub", large, (isFloat ? 0x1p23 : 0x1p52) + less);
    }

    private int binary(String method, Sequence function, Step step, int[] locals) {
        int left = vector(function, step.operands().get(0), locals);
        Step right = function.steps().get(step.operands().get(1));
        return right.basic() == Basic.CONSTANT
                ? scalar(method, left, right.number())
                : binary(method, left, vector(function, step.operands().get(1), locals));
    }

    private int where(String comparison, IntUnaryOperator operand) {
        return blend(
                operand.applyAsInt(3), operand.applyAsInt(2), comparison, operand.applyAsInt(0), operand.applyAsInt(1));
    }
}
