package dev.gradus.compile;

import static java.lang.classfile.ClassFile.ACC_FINAL;
import static java.lang.classfile.ClassFile.ACC_PUBLIC;
import static java.lang.constant.ConstantDescs.CD_Class;
import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_double;
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
    private static final ClassDesc SEGMENT = ClassDesc.of("java.lang.foreign.MemorySegment");
    private static final ClassDesc ORDER = ClassDesc.of("java.nio.ByteOrder");
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
    private final CodeBuilder code;
    private final VectorCode vectors;
    private final ClassDesc vector;
    private final ClassDesc element;
    private final int lanes;
    private final int[] locals;

    private KernelWriter(Pass pass, List<Integer> operands, boolean isFloat, int bits, CodeBuilder code) {
        this.pass = pass;
        this.operands = operands;
        this.isFloat = isFloat;
        this.code = code;
        this.vectors = new VectorCode(code, isFloat, bits);
        this.vector = vectors.vector();
        this.element = vectors.element();
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
                                        code -> new KernelWriter(pass, operands, isFloat, bits, code).body()));
    }

    private void body() {
        for (int i = 0; i < locals.length; i++) {
            locals[i] = code.allocateLocal(TypeKind.REFERENCE);
        }
        int[] segments = new int[operands.size()];
        for (int i = 0; i < segments.length; i++) {
            segments[i] = guardedSegment(i);
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
                vectors.pushSpecies().aload(SLOTS).loadConstant(in.a()).daload();
                if (isFloat) {
                    code.d2f();
                }
                vectors.broadcast();
                code.astore(locals[in.target()]);
            }
        }
        int position = code.allocateLocal(TypeKind.LONG);
        code.lload(FROM).lstore(position);
        Label loop = code.newBoundLabel();
        Label end = code.newLabel();
        code.lload(position).lload(TO).lcmp().ifge(end);
        for (int i = 0; i < blocks.length; i++) {
            instruction(pass.code().get(i), segments, blocks[i], position);
        }
        code.lload(position).loadConstant((long) lanes).ladd().lstore(position).goto_(loop);
        code.labelBinding(end).return_();
    }

    private boolean isExchanged(Instruction in) {
        return in.op() == Op.REDUCE || in.op() == Op.LOAD && !operands.contains(in.a());
    }

    /// Loads a segment whose class the JIT then knows: what one kernel meets does not slow another down.
    private int guardedSegment(int index) {
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

    private void instruction(Instruction in, int[] segments, int block, int position) {
        switch (in.op()) {
            case SPLAT -> {}
            case LOAD -> {
                if (isExchanged(in)) {
                    vectors.pushSpecies().aload(block);
                    inBlock(position);
                    code.invokestatic(
                            vector,
                            "fromArray",
                            MethodTypeDesc.of(vector, VectorCode.SPECIES, element.arrayType(), CD_int));
                } else {
                    vectors.pushSpecies().aload(segments[operands.indexOf(in.a())]);
                    offset(position);
                    code.invokestatic(
                            vector,
                            "fromMemorySegment",
                            MethodTypeDesc.of(vector, VectorCode.SPECIES, SEGMENT, CD_long, ORDER));
                }
                store(in);
            }
            case STORE -> {
                code.aload(locals[in.a()]).aload(segments[operands.indexOf(in.target())]);
                offset(position);
                code.invokevirtual(vector, "intoMemorySegment", MethodTypeDesc.of(CD_void, SEGMENT, CD_long, ORDER));
            }
            case REDUCE -> {
                code.aload(locals[in.a()]).aload(block);
                inBlock(position);
                code.invokevirtual(vector, "intoArray", MethodTypeDesc.of(CD_void, element.arrayType(), CD_int));
            }
            default -> {
                code.aload(operation(in));
                store(in);
            }
        }
    }

    /// Pushes the position in bytes and the byte order.
    private void offset(int position) {
        code.lload(position)
                .loadConstant(isFloat ? 2 : 3)
                .lshl()
                .invokestatic(ORDER, "nativeOrder", MethodTypeDesc.of(ORDER));
    }

    /// Pushes the position within the block that is exchanged.
    private void inBlock(int position) {
        code.lload(position).lload(FROM).lsub().l2i();
    }

    /// Computes into a local variable.
    private int operation(Instruction in) {
        int a = locals[in.a()];
        int b = in.registersRead() > 1 ? locals[in.b()] : 0;
        return switch (in.op()) {
            case NEGATE -> vectors.unary("neg", a);
            case ABS -> vectors.unary("abs", a);
            case SQRT -> vectors.unary("sqrt", a);
            case EXP -> vectors.exp(a);
            case LOG1P -> vectors.log1p(a);
            case ADD -> vectors.binary("add", a, b);
            case SUBTRACT -> vectors.binary("sub", a, b);
            case MULTIPLY, AND -> vectors.binary("mul", a, b);
            case DIVIDE -> vectors.binary("div", a, b);
            case MIN -> vectors.binary("min", a, b);
            case MAX -> vectors.binary("max", a, b);
            case FLUSH -> {
                double flush = isFloat ? FloatBlocks.FLUSH : DoubleBlocks.FLUSH;
                yield vectors.scalar("sub", vectors.scalar("add", a, flush), flush);
            }
            case NOT -> vectors.binary("sub", vectors.splat(1), a);
            case LESS -> vectors.blend(vectors.splat(0), vectors.splat(1), "LT", a, b);
            case LESS_OR_EQUAL -> vectors.blend(vectors.splat(0), vectors.splat(1), "LE", a, b);
            case EQUAL -> vectors.blend(vectors.splat(0), vectors.splat(1), "EQ", a, b);
            case SELECT -> vectors.blend(locals[in.c()], b, "NE", a, vectors.splat(0));
            case SIGN -> {
                int zero = vectors.splat(0);
                int positive = vectors.blend(a, vectors.splat(1), "GT", a, zero);
                yield vectors.blend(positive, vectors.splat(-1), "LT", a, zero);
            }
            default -> throw new IllegalArgumentException(in.op() + " has no vector form");
        };
    }

    private void store(Instruction in) {
        code.astore(locals[in.target()]);
    }
}
