package dev.gradus.compile;

import static java.lang.classfile.ClassFile.ACC_FINAL;
import static java.lang.classfile.ClassFile.ACC_PUBLIC;
import static java.lang.constant.ConstantDescs.CD_Class;
import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_double;
import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;
import static java.lang.constant.ConstantDescs.INIT_NAME;
import static java.lang.constant.ConstantDescs.MTD_void;

import dev.gradus.compile.Pass.Instruction;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.DirectMethodHandleDesc;
import java.lang.constant.DynamicConstantDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.List;

/// Writes the class of a [Kernel]: one loop of Vector API calls for the code of a pass.
///
/// The class names the incubating API in its constants only, so that this module neither requires nor is compiled
/// against it. It calls nothing else: what the JIT would have to inline into so large a loop, it may not.
final class KernelWriter {
    private static final String INCUBATOR = "jdk.incubator.vector";
    private static final ClassDesc SEGMENT = ClassDesc.of("java.lang.foreign.MemorySegment");
    private static final ClassDesc ORDER = ClassDesc.of("java.nio.ByteOrder");
    private static final ClassDesc VECTOR = ClassDesc.of(INCUBATOR, "Vector");
    private static final ClassDesc MASK = ClassDesc.of(INCUBATOR, "VectorMask");
    private static final ClassDesc SPECIES = ClassDesc.of(INCUBATOR, "VectorSpecies");
    private static final ClassDesc OPERATORS = ClassDesc.of(INCUBATOR, "VectorOperators");
    private static final ClassDesc COMPARISON = OPERATORS.nested("Comparison");
    private static final DirectMethodHandleDesc CLASS_DATA_AT = ConstantDescs.ofConstantBootstrap(
            ClassDesc.of("java.lang.invoke.MethodHandles"), "classDataAt", CD_Object, CD_int);

    /// The parameters of [Kernel#run] after `this`.
    private static final int SEGMENTS = 1;

    private static final int BLOCKS = 2;
    private static final int SLOTS = 3;
    private static final int FROM = 4;
    private static final int TO = 6;

    private final Pass pass;
    private final List<Integer> operands;
    private final boolean isFloat;
    private final ClassDesc vector;
    private final ClassDesc element;
    private final String species;
    private final int lanes;
    private final int[] locals;

    private KernelWriter(Pass pass, List<Integer> operands, boolean isFloat, int bits) {
        this.pass = pass;
        this.operands = operands;
        this.isFloat = isFloat;
        this.vector = ClassDesc.of(INCUBATOR, isFloat ? "FloatVector" : "DoubleVector");
        this.element = isFloat ? CD_float : CD_double;
        this.species = "SPECIES_" + bits;
        this.locals = new int[pass.registers()];
        this.lanes = bits / (isFloat ? Float.SIZE : Double.SIZE);
    }

    /// Writes the class of a pass.
    ///
    /// @param operands those that are in memory, in the order in which the kernel gets them; what the pass loads or
    ///     reduces besides is exchanged with it in blocks, in the order of the code
    /// @param isFloat whether elements are float32, not float64
    /// @param bits the width of vectors
    static byte[] write(Pass pass, List<Integer> operands, boolean isFloat, int bits) {
        KernelWriter writer = new KernelWriter(pass, operands, isFloat, bits);
        ClassDesc kernel = ClassDesc.of(Kernel.class.getName());
        ClassDesc self = ClassDesc.of(Kernel.class.getPackageName(), "GeneratedKernel");
        return ClassFile.of()
                .build(
                        self,
                        builder -> builder.withFlags(ACC_FINAL)
                                .withInterfaceSymbols(kernel)
                                .withMethodBody(
                                        INIT_NAME,
                                        MTD_void,
                                        0,
                                        code -> code.aload(0)
                                                .invokespecial(CD_Object, INIT_NAME, MTD_void)
                                                .return_())
                                .withMethodBody(
                                        "run",
                                        MethodTypeDesc.of(
                                                CD_void,
                                                SEGMENT.arrayType(),
                                                CD_Object.arrayType(),
                                                CD_double.arrayType(),
                                                CD_long,
                                                CD_long),
                                        ACC_PUBLIC,
                                        writer::body));
    }

    private void body(CodeBuilder code) {
        for (int i = 0; i < locals.length; i++) {
            locals[i] = code.allocateLocal(TypeKind.REFERENCE);
        }
        int[] segments = new int[operands.size()];
        for (int i = 0; i < segments.length; i++) {
            segments[i] = guardedSegment(code, i);
        }
        int[] blocks = new int[pass.code().size()];
        int exchanged = 0;
        for (int i = 0; i < blocks.length; i++) {
            Instruction in = pass.code().get(i);
            if (isExchanged(in)) {
                blocks[i] = code.allocateLocal(TypeKind.REFERENCE);
                code.aload(BLOCKS)
                        .loadConstant(exchanged++)
                        .aaload()
                        .checkcast(element.arrayType())
                        .astore(blocks[i]);
            } else if (in.op() == Op.SPLAT) {
                code.getstatic(vector, species, SPECIES)
                        .aload(SLOTS)
                        .loadConstant(in.a())
                        .daload();
                if (isFloat) {
                    code.d2f();
                }
                code.invokestatic(vector, "broadcast", MethodTypeDesc.of(vector, SPECIES, element))
                        .astore(locals[in.target()]);
            }
        }
        int position = code.allocateLocal(TypeKind.LONG);
        code.lload(FROM).lstore(position);
        Label loop = code.newBoundLabel();
        Label end = code.newLabel();
        code.lload(position).lload(TO).lcmp().ifge(end);
        for (int i = 0; i < blocks.length; i++) {
            instruction(code, pass.code().get(i), segments, blocks[i], position);
        }
        code.lload(position).loadConstant((long) lanes).ladd().lstore(position).goto_(loop);
        code.labelBinding(end).return_();
    }

    private boolean isExchanged(Instruction in) {
        return in.op() == Op.REDUCE || in.op() == Op.LOAD && !operands.contains(in.a());
    }

    /// Loads a segment whose class the JIT then knows: what one kernel meets does not slow another down.
    private int guardedSegment(CodeBuilder code, int index) {
        int local = code.allocateLocal(TypeKind.REFERENCE);
        Label expected = code.newLabel();
        code.aload(SEGMENTS)
                .loadConstant(index)
                .aaload()
                .dup()
                .astore(local)
                .invokevirtual(CD_Object, "getClass", MethodTypeDesc.of(CD_Class))
                .loadConstant(DynamicConstantDesc.ofNamed(CLASS_DATA_AT, ConstantDescs.DEFAULT_NAME, CD_Class, index))
                .if_acmpeq(expected)
                .new_(ClassDesc.of("java.lang.IllegalStateException"))
                .dup()
                .invokespecial(ClassDesc.of("java.lang.IllegalStateException"), INIT_NAME, MTD_void)
                .athrow()
                .labelBinding(expected);
        return local;
    }

    private void instruction(CodeBuilder code, Instruction in, int[] segments, int block, int position) {
        switch (in.op()) {
            case SPLAT -> {}
            case LOAD -> {
                if (isExchanged(in)) {
                    code.getstatic(vector, species, SPECIES).aload(block);
                    inBlock(code, position);
                    code.invokestatic(
                            vector, "fromArray", MethodTypeDesc.of(vector, SPECIES, element.arrayType(), CD_int));
                } else {
                    code.getstatic(vector, species, SPECIES).aload(segments[operands.indexOf(in.a())]);
                    offset(code, position);
                    code.invokestatic(
                            vector, "fromMemorySegment", MethodTypeDesc.of(vector, SPECIES, SEGMENT, CD_long, ORDER));
                }
                store(code, in);
            }
            case STORE -> {
                code.aload(locals[in.a()]).aload(segments[operands.indexOf(in.target())]);
                offset(code, position);
                code.invokevirtual(vector, "intoMemorySegment", MethodTypeDesc.of(CD_void, SEGMENT, CD_long, ORDER));
            }
            case REDUCE -> {
                code.aload(locals[in.a()]).aload(block);
                inBlock(code, position);
                code.invokevirtual(vector, "intoArray", MethodTypeDesc.of(CD_void, element.arrayType(), CD_int));
            }
            default -> {
                operation(code, in);
                store(code, in);
            }
        }
    }

    /// Pushes the position in bytes and the byte order.
    private void offset(CodeBuilder code, int position) {
        code.lload(position)
                .loadConstant(isFloat ? 2 : 3)
                .lshl()
                .invokestatic(ORDER, "nativeOrder", MethodTypeDesc.of(ORDER));
    }

    /// Pushes the position within the block that is exchanged.
    private void inBlock(CodeBuilder code, int position) {
        code.lload(position).lload(FROM).lsub().l2i();
    }

    private void operation(CodeBuilder code, Instruction in) {
        switch (in.op()) {
            case NEGATE -> unary(code, in, "neg");
            case ABS -> unary(code, in, "abs");
            case SQRT -> unary(code, in, "sqrt");
            case ADD -> binary(code, in, "add");
            case SUBTRACT -> binary(code, in, "sub");
            case MULTIPLY, AND -> binary(code, in, "mul");
            case DIVIDE -> binary(code, in, "div");
            case MIN -> binary(code, in, "min");
            case MAX -> binary(code, in, "max");
            case FLUSH -> {
                code.aload(locals[in.a()]);
                constant(code, isFloat ? FloatBlocks.FLUSH : DoubleBlocks.FLUSH);
                withNumber(code, "add");
                constant(code, isFloat ? FloatBlocks.FLUSH : DoubleBlocks.FLUSH);
                withNumber(code, "sub");
            }
            case NOT -> {
                splat(code, 1);
                code.aload(locals[in.a()]);
                withVector(code, "sub");
            }
            case LESS -> comparison(code, in, "LT");
            case LESS_OR_EQUAL -> comparison(code, in, "LE");
            case EQUAL -> comparison(code, in, "EQ");
            case SELECT -> {
                code.aload(locals[in.c()]).aload(locals[in.b()]).aload(locals[in.a()]);
                splat(code, 0);
                compare(code, "NE");
                blend(code);
            }
            case SIGN -> {
                code.aload(locals[in.a()]);
                splat(code, 1);
                code.aload(locals[in.a()]);
                splat(code, 0);
                compare(code, "GT");
                blend(code);
                splat(code, -1);
                code.aload(locals[in.a()]);
                splat(code, 0);
                compare(code, "LT");
                blend(code);
            }
            default -> throw new IllegalArgumentException(in.op() + " has no vector form");
        }
    }

    /// Whether the operation has a vector form here.
    static boolean isSupported(Op op) {
        return op != Op.EXP && op != Op.LOG1P;
    }

    private void unary(CodeBuilder code, Instruction in, String method) {
        code.aload(locals[in.a()]).invokevirtual(vector, method, MethodTypeDesc.of(vector));
    }

    private void binary(CodeBuilder code, Instruction in, String method) {
        code.aload(locals[in.a()]).aload(locals[in.b()]);
        withVector(code, method);
    }

    private void withVector(CodeBuilder code, String method) {
        code.invokevirtual(vector, method, MethodTypeDesc.of(vector, VECTOR));
    }

    private void withNumber(CodeBuilder code, String method) {
        code.invokevirtual(vector, method, MethodTypeDesc.of(vector, element));
    }

    private void comparison(CodeBuilder code, Instruction in, String operator) {
        splat(code, 0);
        splat(code, 1);
        code.aload(locals[in.a()]).aload(locals[in.b()]);
        compare(code, operator);
        blend(code);
    }

    private void compare(CodeBuilder code, String operator) {
        int right = code.allocateLocal(TypeKind.REFERENCE);
        code.astore(right)
                .getstatic(OPERATORS, operator, COMPARISON)
                .aload(right)
                .invokevirtual(vector, "compare", MethodTypeDesc.of(MASK, COMPARISON, VECTOR));
    }

    private void blend(CodeBuilder code) {
        code.invokevirtual(vector, "blend", MethodTypeDesc.of(vector, VECTOR, MASK));
    }

    private void splat(CodeBuilder code, double value) {
        code.getstatic(vector, species, SPECIES);
        constant(code, value);
        code.invokestatic(vector, "broadcast", MethodTypeDesc.of(vector, SPECIES, element));
    }

    private void constant(CodeBuilder code, double value) {
        if (isFloat) {
            code.loadConstant((float) value);
        } else {
            code.loadConstant(value);
        }
    }

    private void store(CodeBuilder code, Instruction in) {
        code.astore(locals[in.target()]);
    }
}
