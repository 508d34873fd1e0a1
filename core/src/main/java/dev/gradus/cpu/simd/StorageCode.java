package dev.gradus.cpu.simd;

import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import dev.gradus.numeric.EightBit;
import dev.gradus.numeric.Half;
import dev.gradus.numeric.Rounding;
import dev.gradus.tensor.ElementType;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.List;
import java.util.function.IntUnaryOperator;

/// Emits loads and stores of elements that are narrower than the float32 in which they are computed: the same
/// operations as [Half] and [EightBit] on single values, with the random numbers of [Rounding].
///
/// What is in memory is addressed by code that pushes a segment, an offset in bytes and the byte order.
final class StorageCode {
    private static final ClassDesc FLOATS = ClassDesc.of(VectorCode.INCUBATOR, "FloatVector");
    private static final ClassDesc INTS = ClassDesc.of(VectorCode.INCUBATOR, "IntVector");
    private static final ClassDesc SHORTS = ClassDesc.of(VectorCode.INCUBATOR, "ShortVector");
    private static final ClassDesc BYTES = ClassDesc.of(VectorCode.INCUBATOR, "ByteVector");
    private static final ClassDesc SEGMENT = ClassDesc.of("java.lang.foreign.MemorySegment");
    private static final ClassDesc ORDER = ClassDesc.of("java.nio.ByteOrder");

    /// The last four codes of a block and its base, as two numbers.
    private static final String TWO_INTS = "SPECIES_64";

    private final CodeBuilder code;
    private final int width;
    private final int lanes;

    /// @param width of vectors, in bits
    StorageCode(CodeBuilder code, int width) {
        this.code = code;
        this.width = width;
        this.lanes = width / Float.SIZE;
    }

    /// The random numbers of a tensor.
    ///
    /// @param x the vector that is next
    /// @param step what leads from one vector to the next
    record Random(int x, int step) {}

    Random declareRandom() {
        return new Random(code.allocateLocal(TypeKind.REFERENCE), code.allocateLocal(TypeKind.REFERENCE));
    }

    /// Begins to draw at a position.
    ///
    /// @param key pushes the tensor's key
    /// @param position a local variable
    void seek(Random random, Runnable key, int position) {
        int z = code.allocateLocal(TypeKind.LONG);
        key.run();
        code.lload(position)
                .loadConstant(Rounding.STRETCH_BITS)
                .lushr()
                .loadConstant(Rounding.GOLDEN)
                .lmul()
                .ladd()
                .lstore(z);
        mix(z, Rounding.MIX_SHIFT_0, Rounding.MIX_0);
        mix(z, Rounding.MIX_SHIFT_1, Rounding.MIX_1);
        mix(z, Rounding.MIX_SHIFT_2, 1);
        pushSpecies(INTS, width);
        code.iconst_0().invokestatic(INTS, "broadcast", MethodTypeDesc.of(INTS, VectorCode.SPECIES, CD_int));
        code.iconst_1().invokevirtual(INTS, "addIndex", MethodTypeDesc.of(INTS, CD_int));
        code.lload(position).l2i().loadConstant(Rounding.STRETCH - 1).iand();
        withInt("add");
        code.lload(z).l2i();
        withInt("mul");
        code.lload(z).loadConstant(Integer.SIZE).lushr().l2i();
        withInt("add");
        code.astore(random.x);
        pushSpecies(INTS, width);
        code.lload(z).l2i().loadConstant(lanes).imul();
        code.invokestatic(INTS, "broadcast", MethodTypeDesc.of(INTS, VectorCode.SPECIES, CD_int))
                .astore(random.step);
    }

    private void mix(int z, int shift, long factor) {
        code.lload(z).lload(z).loadConstant(shift).lushr().lxor();
        if (factor != 1) {
            code.loadConstant(factor).lmul();
        }
        code.lstore(z);
    }

    /// The upper bits of the next random numbers.
    private int draw(Random random, int bits) {
        int drawn = shift("LSHR", random.x, Integer.SIZE - bits);
        code.aload(random.x).aload(random.step).invokevirtual(INTS, "add", MethodTypeDesc.of(INTS, VectorCode.VECTOR));
        code.astore(random.x);
        return drawn;
    }

    /// Loads 16-bit elements.
    int loadHalf(ElementType type, Runnable memory) {
        pushSpecies(SHORTS, width / 2);
        memory.run();
        code.invokestatic(
                SHORTS, "fromMemorySegment", MethodTypeDesc.of(SHORTS, VectorCode.SPECIES, SEGMENT, CD_long, ORDER));
        int half = convert(SHORTS, "ZERO_EXTEND_S2I", INTS, width);
        return type == ElementType.BFLOAT16 ? toFloats(shift("LSHL", half, Half.DROPPED_B16)) : fromFloat16(half);
    }

    private int fromFloat16(int half) {
        int exponents = Half.INFINITY_16 << Half.DROPPED_16;
        int shifted = shift("LSHL", and(half, Half.MAGNITUDE_16), Half.DROPPED_16);
        int exponent = and(shifted, exponents);
        int normal = withInt("add", shifted, Half.REBIAS_16);
        int special = withInt("add", normal, Half.REBIAS_16);
        // With an exponent of 1 the fraction of a subnormal number gets a leading 1, which is then subtracted.
        int subnormal = toBits(
                withFloat("sub", toFloats(withInt("add", normal, 1 << 23)), Float.intBitsToFloat(Half.NORMAL_16)));
        int magnitude = blend(blend(normal, special, exponent, "EQ", exponents), subnormal, exponent, "EQ", 0);
        return toFloats(or(magnitude, shift("LSHL", and(half, Half.SIGN_16), Half.DROPPED_B16)));
    }

    /// Stores 16-bit elements, rounded to nearest, ties to even.
    void storeHalf(ElementType type, int value, Runnable memory) {
        int bits = toBits(value);
        if (type == ElementType.BFLOAT16) {
            int odd = and(shift("LSHR", bits, Half.DROPPED_B16), 1);
            int rounded = shift("LSHR", binary("add", withInt("add", bits, 0x7fff), odd), Half.DROPPED_B16);
            code.aload(rounded).loadConstant(Half.NAN_B16);
            isNan(value);
            code.invokevirtual(INTS, "blend", MethodTypeDesc.of(INTS, CD_int, VectorCode.MASK));
            storeShorts(keep(), memory);
            return;
        }
        int magnitude = and(bits, Half.MAGNITUDE);
        int odd = and(shift("LSHR", magnitude, Half.DROPPED_16), 1);
        int normal =
                shift("LSHR", binary("add", withInt("add", magnitude, 0xfff - Half.REBIAS_16), odd), Half.DROPPED_16);
        // In 1/2 the last place is that of the least float16.
        int subnormal =
                withInt("sub", toBits(withFloat("add", toFloats(magnitude), 0.5f)), Float.floatToRawIntBits(0.5f));
        storeFloat16(bits, magnitude, normal, subnormal, memory);
    }

    private void storeFloat16(int bits, int magnitude, int normal, int subnormal, Runnable memory) {
        int small = blend(normal, subnormal, magnitude, "LT", Half.NORMAL_16);
        int finite = blendInt(small, Half.INFINITY_16, magnitude, "GE", Half.TOO_LARGE_16);
        int all = blendInt(finite, Half.NAN_16, magnitude, "GT", Half.INFINITY);
        storeShorts(or(all, and(shift("LSHR", bits, Half.DROPPED_B16), Half.SIGN_16)), memory);
    }

    /// Stores 16-bit elements, rounded stochastically.
    void storeHalf(ElementType type, int value, Random random, Runnable memory) {
        int bits = toBits(value);
        if (type == ElementType.BFLOAT16) {
            int drawn = draw(random, Half.DROPPED_B16);
            code.aload(bits)
                    .getstatic(VectorCode.OPERATORS, "ADD", VectorCode.ASSOCIATIVE)
                    .aload(drawn);
            isNumber(value);
            code.invokevirtual(
                    INTS, "lanewise", MethodTypeDesc.of(INTS, VectorCode.BINARY, VectorCode.VECTOR, VectorCode.MASK));
            storeShorts(shift("LSHR", keep(), Half.DROPPED_B16), memory);
            return;
        }
        int magnitude = and(bits, Half.MAGNITUDE);
        // Both read the same random numbers.
        int forSubnormal = shift("LSHR", random.x, Integer.SIZE - Half.FRACTION_16);
        int forNormal = draw(random, Half.DROPPED_16);
        int normal =
                shift("LSHR", binary("add", withInt("sub", magnitude, Half.REBIAS_16), forNormal), Half.DROPPED_16);
        code.aload(withFloat("mul", toFloats(magnitude), Half.FIXED_16));
        int fixed = convert(FLOATS, "F2I", INTS, width);
        int subnormal = shift("LSHR", binary("add", fixed, forSubnormal), Half.FRACTION_16);
        storeFloat16(bits, magnitude, normal, subnormal, memory);
    }

    private void storeShorts(int ints, Runnable memory) {
        code.aload(ints);
        int shorts = convert(INTS, "I2S", SHORTS, width / 2);
        code.aload(shorts);
        memory.run();
        code.invokevirtual(SHORTS, "intoMemorySegment", MethodTypeDesc.of(CD_void, SEGMENT, CD_long, ORDER));
    }

    /// Loads the base of a block as a vector of its bits.
    ///
    /// @param memory of the last four codes of the block
    void loadBase(int target, Runnable memory) {
        pushSpecies(INTS, width);
        pushTwoInts(memory);
        code.iconst_1().invokevirtual(INTS, "lane", MethodTypeDesc.of(CD_int, CD_int));
        code.invokestatic(INTS, "broadcast", MethodTypeDesc.of(INTS, VectorCode.SPECIES, CD_int))
                .astore(target);
    }

    private void pushTwoInts(Runnable memory) {
        code.getstatic(INTS, TWO_INTS, VectorCode.SPECIES);
        memory.run();
        code.invokestatic(
                INTS, "fromMemorySegment", MethodTypeDesc.of(INTS, VectorCode.SPECIES, SEGMENT, CD_long, ORDER));
    }

    /// Stores the bits of a base in a local variable.
    void storeBase(int base, Runnable memory) {
        pushTwoInts(memory);
        code.iconst_1().iload(base).invokevirtual(INTS, "withLane", MethodTypeDesc.of(INTS, CD_int, CD_int));
        memory.run();
        code.invokevirtual(INTS, "intoMemorySegment", MethodTypeDesc.of(CD_void, SEGMENT, CD_long, ORDER));
    }

    /// Decodes 8-bit elements.
    ///
    /// @param base the vector of the bits of the block's base
    int loadEightBit(ElementType type, int base, Runnable memory) {
        pushSpecies(BYTES, byteWidth());
        memory.run();
        code.invokestatic(
                BYTES, "fromMemorySegment", MethodTypeDesc.of(BYTES, VectorCode.SPECIES, SEGMENT, CD_long, ORDER));
        if (type == ElementType.NON_NEGATIVE_8BIT) {
            int codes = convert(BYTES, "ZERO_EXTEND_B2I", INTS, width);
            return toFloats(binary("add", shift("LSHL", codes, EightBit.DROPPED), base));
        }
        int codes = convert(BYTES, "B2I", INTS, width);
        int bits = binary("add", shift("LSHL", and(codes, EightBit.SIGNED_MAX), EightBit.DROPPED), base);
        code.aload(toFloats(bits)).aload(toFloats(base));
        code.invokevirtual(FLOATS, "sub", MethodTypeDesc.of(FLOATS, VectorCode.VECTOR));
        return toFloats(or(toBits(keep()), and(codes, EightBit.SIGN)));
    }

    /// Bytes have no vectors of 32 bits: with vectors of 128, the following four bytes are loaded and
    /// stored, too.
    private int byteWidth() {
        return Math.max(width / 4, 64);
    }

    /// Begins to look for the largest magnitude of a block.
    int declareLargest() {
        return code.allocateLocal(TypeKind.REFERENCE);
    }

    void startLargest(int largest) {
        pushSpecies(INTS, width);
        code.iconst_0()
                .invokestatic(INTS, "broadcast", MethodTypeDesc.of(INTS, VectorCode.SPECIES, CD_int))
                .astore(largest);
    }

    void intoLargest(int largest, int value) {
        code.aload(largest).aload(and(toBits(value), EightBit.MAGNITUDE));
        code.invokevirtual(INTS, "max", MethodTypeDesc.of(INTS, VectorCode.VECTOR))
                .astore(largest);
    }

    /// Pushes the bits of the largest magnitude.
    void pushLargest(int largest) {
        code.aload(largest)
                .getstatic(VectorCode.OPERATORS, "MAX", VectorCode.ASSOCIATIVE)
                .invokevirtual(INTS, "reduceLanes", MethodTypeDesc.of(CD_int, VectorCode.ASSOCIATIVE));
    }

    /// The parameters of a method that encodes a block of several tensors: the position, then of each its
    /// segment, the array with the values, the bits of the largest magnitude, and the key.
    static MethodTypeDesc encodeType(int tensors) {
        MethodTypeDesc type = MethodTypeDesc.of(CD_void, CD_long);
        for (int i = 0; i < tensors; i++) {
            type = type.insertParameterTypes(type.parameterCount(), SEGMENT, CD_float.arrayType(), CD_int, CD_long);
        }
        return type;
    }

    /// Writes the method that encodes a block of some tensors, static and of type [#encodeType].
    ///
    /// @param guard turns the segment of a tensor, which is on the stack, into a local variable of known
    ///     class
    void encodeBlocks(List<ElementType> types, IntUnaryOperator guard) {
        int position = 0;
        int count = types.size();
        int[] segments = new int[count];
        int[] bases = new int[count];
        Random[] random = new Random[count];
        int offset = code.allocateLocal(TypeKind.LONG);
        int j = code.allocateLocal(TypeKind.INT);
        pushOffset(position);
        code.lstore(offset);
        for (int i = 0; i < count; i++) {
            int first = 2 + 5 * i;
            code.aload(first);
            segments[i] = guard.applyAsInt(i);
            toBase(types.get(i), first + 2);
            bases[i] = splat(first + 2);
            random[i] = declareRandom();
            seek(random[i], () -> code.lload(first + 3), position);
        }
        // Storing it afterwards would have to wait for the last codes; but where four bytes too many are stored with
        // each vector, they would destroy it.
        boolean isOverrun = byteWidth() > width / 4;
        if (!isOverrun) {
            storeBases(segments, offset);
        }
        code.iconst_0().istore(j);
        Label next = code.newBoundLabel();
        for (int i = 0; i < count; i++) {
            int bits = toBits(value(2 + 5 * i + 1, j));
            int encoded = types.get(i) == ElementType.NON_NEGATIVE_8BIT
                    ? encodeNonNegative(bits, bases[i], random[i])
                    : encodeSigned(bits, bases[i], random[i]);
            code.aload(encoded);
            code.aload(convert(INTS, "I2B", BYTES, byteWidth()))
                    .aload(segments[i])
                    .lload(offset)
                    .iload(j)
                    .i2l()
                    .ladd();
            pushOrder();
            code.invokevirtual(BYTES, "intoMemorySegment", MethodTypeDesc.of(CD_void, SEGMENT, CD_long, ORDER));
        }
        code.iinc(j, lanes).iload(j).loadConstant(EightBit.BLOCK).if_icmplt(next);
        if (isOverrun) {
            storeBases(segments, offset);
        }
        code.return_();
    }

    private void storeBases(int[] segments, int offset) {
        for (int i = 0; i < segments.length; i++) {
            int segment = segments[i];
            storeBase(2 + 5 * i + 2, () -> {
                code.aload(segment)
                        .lload(offset)
                        .loadConstant((long) EightBit.BLOCK - Integer.BYTES)
                        .ladd();
                pushOrder();
            });
        }
    }

    /// Pushes where the code of an element is.
    void pushOffset(int position) {
        code.lload(position);
        code.lload(position)
                .loadConstant(EightBit.BLOCK_BITS)
                .lushr()
                .loadConstant(2)
                .lshl()
                .ladd();
    }

    private int value(int values, int j) {
        pushSpecies(FLOATS, width);
        code.aload(values).iload(j);
        code.invokestatic(
                FLOATS, "fromArray", MethodTypeDesc.of(FLOATS, VectorCode.SPECIES, CD_float.arrayType(), CD_int));
        return keep();
    }

    /// Turns the bits of a largest magnitude into those of the base.
    private void toBase(ElementType type, int base) {
        boolean isSigned = type == ElementType.SIGNED_8BIT;
        Label done = code.newLabel();
        Label finite = code.newLabel();
        Label large = code.newLabel();
        if (!isSigned) {
            code.iload(base).ifeq(done);
        }
        code.iload(base)
                .loadConstant(EightBit.INFINITY)
                .if_icmplt(finite)
                .loadConstant(EightBit.NOT_FINITE)
                .istore(base)
                .goto_(done)
                .labelBinding(finite)
                .iload(base)
                .loadConstant((isSigned ? EightBit.SLACK : 0) + (1 << EightBit.DROPPED) - 1)
                .iadd()
                .loadConstant(-1 << EightBit.DROPPED)
                .iand()
                .loadConstant((isSigned ? EightBit.SIGNED_MAX : EightBit.NON_NEGATIVE_MAX) << EightBit.DROPPED)
                .isub()
                .istore(base)
                .iload(base)
                .loadConstant(EightBit.LEAST)
                .if_icmpge(large)
                .loadConstant(EightBit.LEAST)
                .istore(base)
                .labelBinding(large)
                .labelBinding(done);
    }

    private int encodeSigned(int bits, int bases, Random random) {
        code.aload(toFloats(and(bits, EightBit.MAGNITUDE))).aload(toFloats(bases));
        code.invokevirtual(FLOATS, "add", MethodTypeDesc.of(FLOATS, VectorCode.VECTOR));
        int above = binary("sub", toBits(keep()), bases);
        int magnitude = shift("LSHR", binary("add", above, draw(random, EightBit.DROPPED)), EightBit.DROPPED);
        return or(magnitude, and(shift("LSHR", bits, 24), 0x80));
    }

    private int encodeNonNegative(int bits, int bases, Random random) {
        int above = binary("sub", binary("max", bits, bases), bases);
        return shift("LSHR", binary("add", above, draw(random, EightBit.DROPPED)), EightBit.DROPPED);
    }

    private int splat(int local) {
        pushSpecies(INTS, width);
        code.iload(local).invokestatic(INTS, "broadcast", MethodTypeDesc.of(INTS, VectorCode.SPECIES, CD_int));
        return keep();
    }

    private void pushSpecies(ClassDesc vector, int bits) {
        code.getstatic(vector, "SPECIES_" + bits, VectorCode.SPECIES);
    }

    private void pushOrder() {
        code.invokestatic(ORDER, "nativeOrder", MethodTypeDesc.of(ORDER));
    }

    /// Converts the vector on the stack.
    private int convert(ClassDesc from, String conversion, ClassDesc to, int bits) {
        code.getstatic(VectorCode.OPERATORS, conversion, VectorCode.CONVERSION);
        pushSpecies(to, bits);
        code.iconst_0()
                .invokevirtual(
                        from,
                        "convertShape",
                        MethodTypeDesc.of(VectorCode.VECTOR, VectorCode.CONVERSION, VectorCode.SPECIES, CD_int))
                .checkcast(to);
        return keep();
    }

    private int toBits(int a) {
        code.aload(a).invokevirtual(FLOATS, "reinterpretAsInts", MethodTypeDesc.of(INTS));
        return keep();
    }

    private int toFloats(int a) {
        code.aload(a).invokevirtual(INTS, "reinterpretAsFloats", MethodTypeDesc.of(FLOATS));
        return keep();
    }

    /// Pushes which elements of a vector of floats are NaN.
    private void isNan(int value) {
        compareWithItself(value, "NE");
    }

    private void isNumber(int value) {
        compareWithItself(value, "EQ");
    }

    private void compareWithItself(int value, String comparison) {
        code.aload(value)
                .getstatic(VectorCode.OPERATORS, comparison, VectorCode.COMPARISON)
                .aload(value);
        code.invokevirtual(
                FLOATS, "compare", MethodTypeDesc.of(VectorCode.MASK, VectorCode.COMPARISON, VectorCode.VECTOR));
        pushSpecies(INTS, width);
        code.invokevirtual(VectorCode.MASK, "cast", MethodTypeDesc.of(VectorCode.MASK, VectorCode.SPECIES));
    }

    /// `b` where the comparison of `left` and a number holds, `a` elsewhere.
    private int blend(int a, int b, int left, String comparison, int right) {
        code.aload(a).aload(b);
        compare(left, comparison, right);
        code.invokevirtual(INTS, "blend", MethodTypeDesc.of(INTS, VectorCode.VECTOR, VectorCode.MASK));
        return keep();
    }

    private int blendInt(int a, int b, int left, String comparison, int right) {
        code.aload(a).loadConstant(b);
        compare(left, comparison, right);
        code.invokevirtual(INTS, "blend", MethodTypeDesc.of(INTS, CD_int, VectorCode.MASK));
        return keep();
    }

    private void compare(int left, String comparison, int right) {
        code.aload(left)
                .getstatic(VectorCode.OPERATORS, comparison, VectorCode.COMPARISON)
                .loadConstant(right);
        code.invokevirtual(INTS, "compare", MethodTypeDesc.of(VectorCode.MASK, VectorCode.COMPARISON, CD_int));
    }

    private int and(int a, int b) {
        code.aload(a).loadConstant(b);
        withInt("and");
        return keep();
    }

    private int or(int a, int b) {
        code.aload(a)
                .getstatic(VectorCode.OPERATORS, "OR", VectorCode.ASSOCIATIVE)
                .aload(b);
        code.invokevirtual(INTS, "lanewise", MethodTypeDesc.of(INTS, VectorCode.BINARY, VectorCode.VECTOR));
        return keep();
    }

    private int shift(String operator, int a, int by) {
        code.aload(a)
                .getstatic(VectorCode.OPERATORS, operator, VectorCode.BINARY)
                .loadConstant(by);
        code.invokevirtual(INTS, "lanewise", MethodTypeDesc.of(INTS, VectorCode.BINARY, CD_int));
        return keep();
    }

    private int binary(String method, int a, int b) {
        code.aload(a).aload(b).invokevirtual(INTS, method, MethodTypeDesc.of(INTS, VectorCode.VECTOR));
        return keep();
    }

    private int withInt(String method, int a, int b) {
        code.aload(a).loadConstant(b);
        withInt(method);
        return keep();
    }

    /// Applies a method to the vector and the number on the stack.
    private void withInt(String method) {
        code.invokevirtual(INTS, method, MethodTypeDesc.of(INTS, CD_int));
    }

    private int withFloat(String method, int a, float b) {
        code.aload(a).loadConstant(b).invokevirtual(FLOATS, method, MethodTypeDesc.of(FLOATS, CD_float));
        return keep();
    }

    private int keep() {
        int local = code.allocateLocal(TypeKind.REFERENCE);
        code.astore(local);
        return local;
    }
}
