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
import dev.gradus.expr.ElementType;
import dev.gradus.expr.Expr;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.DirectMethodHandleDesc;
import java.lang.constant.DynamicConstantDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.Arrays;

/// Writes the class of a [Kernel]: one loop of Vector API calls for the code of a pass.
///
/// The class names the incubating API in its constants only, so that this module neither requires nor is
/// compiled against it. It calls nothing else: what the JIT would have to inline into so large a loop, it may
/// not.
final class KernelWriter {
    private static final ClassDesc SEGMENT = ClassDesc.of("java.lang.foreign.MemorySegment");
    private static final ClassDesc ORDER = ClassDesc.of("java.nio.ByteOrder");
    private static final DirectMethodHandleDesc CLASS_DATA_AT = ConstantDescs.ofConstantBootstrap(
            ClassDesc.of("java.lang.invoke.MethodHandles"), "classDataAt", CD_Object, CD_int);

    /// The parameters of [Kernel#run] after `this`.
    private static final int SEGMENTS = 1;

    private static final int SCRATCH = 2;
    private static final int BASE = 3;
    private static final int BLOCKS = 5;
    private static final int SLOTS = 6;
    private static final int LANES = 7;
    private static final int RUN = 8;
    private static final int LEFT = 10;
    private static final int FROM = 12;
    private static final int TO = 14;

    private static final MethodTypeDesc RUN_TYPE = MethodTypeDesc.of(
            CD_void,
            SEGMENT.arrayType(),
            SEGMENT.arrayType(),
            CD_long,
            CD_Object.arrayType(),
            CD_double.arrayType(),
            CD_double.arrayType(),
            CD_long,
            CD_long,
            CD_long,
            CD_long);

    private final Kernels.Key key;
    private final Pass pass;
    private final boolean isFloat;
    private final CodeBuilder code;
    private final VectorCode vectors;
    private final ClassDesc vector;
    private final ClassDesc element;
    private final int lanes;
    private final int[] locals;
    private final int[] segments;

    /// The blocks that are exchanged, by instruction.
    private final int[] blocks;

    /// The lanes of each reduction, by instruction: one vector after the other.
    private final int[][] sums;

    private final int position;

    private KernelWriter(Kernels.Key key, CodeBuilder code) {
        this.key = key;
        this.pass = key.pass();
        this.isFloat = key.type() == ElementType.FLOAT32;
        this.code = code;
        this.vectors = new VectorCode(code, isFloat, key.bits());
        this.vector = vectors.vector();
        this.element = vectors.element();
        this.locals = new int[pass.registers()];
        this.segments = new int[key.operands().size()];
        this.blocks = new int[pass.code().size()];
        this.sums = new int[pass.code().size()][];
        this.lanes = lanes(key);
        Arrays.setAll(locals, i -> code.allocateLocal(TypeKind.REFERENCE));
        this.position = code.allocateLocal(TypeKind.LONG);
    }

    /// Writes the class of a kernel.
    static byte[] write(Kernels.Key key) {
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
                                        "lanes",
                                        MethodTypeDesc.of(CD_int),
                                        ACC_PUBLIC,
                                        code -> code.loadConstant(lanes(key)).ireturn())
                                .withMethodBody(
                                        "run", RUN_TYPE, ACC_PUBLIC, code -> new KernelWriter(key, code).body()));
    }

    private static int lanes(Kernels.Key key) {
        return key.bits() / Byte.SIZE / key.type().bytes();
    }

    private void body() {
        for (int i = 0; i < segments.length; i++) {
            segments[i] = guardedSegment(i);
        }
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
        code.lload(FROM).lstore(position);
        if (key.reductions().isEmpty()) {
            loop(TO, lanes);
        } else {
            reducingLoop();
        }
        code.return_();
    }

    /// Repeats the pass's code up to a position.
    private void loop(int end, int step) {
        Label loop = code.newBoundLabel();
        Label done = code.newLabel();
        code.lload(position).lload(end).lcmp().ifge(done);
        for (int unrolled = 0; unrolled < step; unrolled += lanes) {
            for (int i = 0; i < blocks.length; i++) {
                instruction(i, unrolled);
            }
        }
        code.lload(position)
                .loadConstant((long) step)
                .ladd()
                .lstore(position)
                .goto_(loop)
                .labelBinding(done);
    }

    /// Goes block by block through the runs that are reduced.
    private void reducingLoop() {
        int kind = 0;
        for (int i = 0; i < sums.length; i++) {
            if (isReduced(pass.code().get(i))) {
                sums[i] = new int[Lanes.COUNT * Double.SIZE / key.bits()];
                Arrays.setAll(sums[i], k -> code.allocateLocal(TypeKind.REFERENCE));
            }
        }
        int end = code.allocateLocal(TypeKind.LONG);
        int out = code.allocateLocal(TypeKind.INT);
        code.iconst_0().istore(out);
        Label nextBlock = code.newBoundLabel();
        Label done = code.newLabel();
        code.lload(position).lload(TO).lcmp().ifge(done);
        code.lload(position).loadConstant((long) Lanes.BLOCK).ladd().lstore(end);
        limit(end, () -> code.lload(position).lload(LEFT).ladd());
        limit(end, () -> code.lload(TO));
        code.lload(LEFT).lload(end).lload(position).lsub().lsub().lstore(LEFT);
        for (int[] vectorsOfSum : sums) {
            if (vectorsOfSum != null) {
                double neutral = Lanes.neutral(key.reductions().get(kind++));
                for (int local : vectorsOfSum) {
                    vectors.splatDouble(neutral, local);
                }
            }
        }
        loop(end, Math.max(lanes, Lanes.COUNT));
        int perVector = key.bits() / Double.SIZE;
        for (int[] vectorsOfSum : sums) {
            if (vectorsOfSum != null) {
                for (int local : vectorsOfSum) {
                    code.aload(local)
                            .aload(LANES)
                            .iload(out)
                            .invokevirtual(
                                    VectorCode.DOUBLE_VECTOR,
                                    "intoArray",
                                    MethodTypeDesc.of(CD_void, CD_double.arrayType(), CD_int))
                            .iinc(out, perVector);
                }
            }
        }
        Label sameRun = code.newLabel();
        code.lload(LEFT)
                .lconst_0()
                .lcmp()
                .ifne(sameRun)
                .lload(RUN)
                .lstore(LEFT)
                .labelBinding(sameRun)
                .goto_(nextBlock)
                .labelBinding(done);
    }

    /// Lowers a local number to the one that is pushed.
    private void limit(int local, Runnable push) {
        Label lower = code.newLabel();
        push.run();
        code.lload(local).lcmp().ifge(lower);
        push.run();
        code.lstore(local).labelBinding(lower);
    }

    private boolean isReduced(Instruction in) {
        return in.op() == Op.REDUCE && !key.reductions().isEmpty();
    }

    private boolean isExchanged(Instruction in) {
        return in.op() == Op.REDUCE && key.reductions().isEmpty()
                || in.op() == Op.LOAD && !key.operands().contains(in.a());
    }

    /// Loads a segment whose class the JIT then knows: what one kernel meets does not slow another down.
    private int guardedSegment(int index) {
        int local = code.allocateLocal(TypeKind.REFERENCE);
        int scratch = key.scratch().get(index);
        Label expected = code.newLabel();
        code.aload(scratch < 0 ? SEGMENTS : SCRATCH)
                .loadConstant(scratch < 0 ? index : scratch)
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

    /// @param unrolled how many elements after the position
    private void instruction(int index, int unrolled) {
        Instruction in = pass.code().get(index);
        switch (in.op()) {
            case SPLAT -> {}
            case LOAD -> {
                vectors.pushSpecies();
                if (isExchanged(in)) {
                    code.aload(blocks[index]);
                    inBlock(unrolled);
                    code.invokestatic(
                            vector,
                            "fromArray",
                            MethodTypeDesc.of(vector, VectorCode.SPECIES, element.arrayType(), CD_int));
                } else {
                    inMemory(in.a(), unrolled);
                    code.invokestatic(
                            vector,
                            "fromMemorySegment",
                            MethodTypeDesc.of(vector, VectorCode.SPECIES, SEGMENT, CD_long, ORDER));
                }
                store(in);
            }
            case STORE -> {
                code.aload(locals[in.a()]);
                inMemory(in.target(), unrolled);
                code.invokevirtual(vector, "intoMemorySegment", MethodTypeDesc.of(CD_void, SEGMENT, CD_long, ORDER));
            }
            case REDUCE -> {
                if (isReduced(in)) {
                    reduce(index, locals[in.a()], unrolled);
                } else {
                    code.aload(locals[in.a()]).aload(blocks[index]);
                    inBlock(unrolled);
                    code.invokevirtual(vector, "intoArray", MethodTypeDesc.of(CD_void, element.arrayType(), CD_int));
                }
            }
            default -> {
                code.aload(operation(in));
                store(in);
            }
        }
    }

    /// Reduces a vector into the lanes, in double precision.
    private void reduce(int index, int value, int unrolled) {
        Expr.Reduction kind = kindOf(index);
        int parts = isFloat ? 2 : 1;
        for (int part = 0; part < parts; part++) {
            int sum = sums[index][unrolled * parts / lanes + part];
            int wide = isFloat ? vectors.widen(value, part) : value;
            if (kind == Expr.Reduction.SUM_OF_SQUARES) {
                wide = vectors.binaryDouble("mul", wide, wide);
            }
            vectors.intoDouble(kind == Expr.Reduction.MAX ? "max" : "add", sum, wide);
        }
    }

    private Expr.Reduction kindOf(int index) {
        int before = (int) pass.code().subList(0, index).stream()
                .filter(in -> in.op() == Op.REDUCE)
                .count();
        return key.reductions().get(before);
    }

    /// Pushes the segment of an operand, the position in it in bytes, and the byte order.
    private void inMemory(int operand, int unrolled) {
        int index = key.operands().indexOf(operand);
        code.aload(segments[index]).lload(position);
        if (key.scratch().get(index) >= 0) {
            code.lload(BASE).lsub();
        }
        code.loadConstant(isFloat ? 2 : 3).lshl();
        if (unrolled > 0) {
            code.loadConstant((long) unrolled * key.type().bytes()).ladd();
        }
        code.invokestatic(ORDER, "nativeOrder", MethodTypeDesc.of(ORDER));
    }

    /// Pushes the position within the block that is exchanged.
    private void inBlock(int unrolled) {
        code.lload(position).lload(FROM).lsub().l2i();
        if (unrolled > 0) {
            code.loadConstant(unrolled).iadd();
        }
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
