package dev.gradus.cpu.simd;

import static java.lang.classfile.ClassFile.ACC_FINAL;
import static java.lang.classfile.ClassFile.ACC_PRIVATE;
import static java.lang.classfile.ClassFile.ACC_PUBLIC;
import static java.lang.classfile.ClassFile.ACC_STATIC;
import static java.lang.constant.ConstantDescs.CD_Class;
import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_double;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;
import static java.lang.constant.ConstantDescs.INIT_NAME;
import static java.lang.constant.ConstantDescs.MTD_void;

import dev.gradus.expr.Expr;
import dev.gradus.numeric.EightBit;
import dev.gradus.numeric.Rounding;
import dev.gradus.numeric.Subnormals;
import dev.gradus.program.Op;
import dev.gradus.program.Pass;
import dev.gradus.program.Pass.Instruction;
import dev.gradus.program.Reduction;
import dev.gradus.tensor.ElementType;
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
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Writes the class of a [Kernel]: one loop of Vector API calls for the code of a pass.
///
/// The class names the incubating API in its constants only, so that this module neither requires nor is
/// compiled against it. It calls nothing else: what the JIT would have to inline into so large a loop, it may
/// not.
public final class KernelWriter {
    private static final ClassDesc SEGMENT = ClassDesc.of("java.lang.foreign.MemorySegment");
    private static final ClassDesc ORDER = ClassDesc.of("java.nio.ByteOrder");
    private static final DirectMethodHandleDesc CLASS_DATA_AT = ConstantDescs.ofConstantBootstrap(
            ClassDesc.of("java.lang.invoke.MethodHandles"), "classDataAt", CD_Object, CD_int);

    /// The parameters of [Kernel#run] after `this`.
    private static final int SEGMENTS = 1;

    private static final int SCRATCH = 2;
    private static final int BASE = 3;
    private static final int BLOCKS = 5;
    private static final int REGISTERS = 6;
    private static final int KEYS = 7;
    private static final int LANES = 8;
    private static final int RUN = 9;
    private static final int LEFT = 11;
    private static final int FROM = 13;
    private static final int TO = 15;

    private static final MethodTypeDesc RUN_TYPE = MethodTypeDesc.of(
            CD_void,
            SEGMENT.arrayType(),
            SEGMENT.arrayType(),
            CD_long,
            CD_Object.arrayType(),
            CD_double.arrayType(),
            CD_long.arrayType(),
            CD_double.arrayType(),
            CD_long,
            CD_long,
            CD_long,
            CD_long);

    private static final ClassDesc SELF = ClassDesc.of(Kernel.class.getPackageName(), "GeneratedKernel");

    /// The method that encodes a block of everything that is stored in 8 bits.
    private static final String ENCODE = "encode";

    private static final int FEW_LOADS = 2;
    private static final int SIDE_BY_SIDE = 4;

    private final KernelKey key;
    private final Pass pass;
    private final boolean isFloat;
    private final CodeBuilder code;
    private final VectorCode vectors;
    private final StorageCode storage;
    private final ClassDesc vector;
    private final ClassDesc element;
    private final int lanes;
    private final int[] locals;
    private final int[] segments;

    /// The blocks that are exchanged, by instruction.
    private final int[] blocks;

    /// The lanes of each reduction, by instruction: one vector after the other.
    private final int[][] sums;

    /// The numbers of the run in progress, by instruction.
    private final int[] rows;

    private final int position;

    /// By instruction: the random numbers of a store, and the base of the block of 8-bit elements that is
    /// loaded.
    private final StorageCode.@Nullable Random[] random;

    private final int[] bases;

    /// By instruction, the largest magnitudes of the elements stored in 8 bits.
    private final int[] largest;

    private final boolean encodes;
    private final boolean decodes;

    /// Whether the code goes stretch by stretch, because of them.
    private final boolean byStretches;

    /// How many blocks to work on side by side. A pass that only reduces to a number waits for memory: the hardware
    /// fetches ahead on several pages at once, but on each no further than its end.
    private final int sideBySide;

    private KernelWriter(KernelKey key, CodeBuilder code) {
        this.key = key;
        this.pass = key.pass();
        this.isFloat = key.type() == ElementType.FLOAT32;
        this.code = code;
        this.vectors = new VectorCode(code, isFloat, key.bits());
        this.storage = new StorageCode(code, key.bits());
        this.vector = vectors.vector();
        this.element = vectors.element();
        this.locals = new int[pass.registers()];
        this.segments = new int[key.operands().size()];
        this.blocks = new int[pass.code().size()];
        this.sums = new int[pass.code().size()][];
        this.rows = new int[pass.code().size()];
        this.lanes = key.lanes();
        Arrays.setAll(locals, i -> code.allocateLocal(TypeKind.REFERENCE));
        this.position = code.allocateLocal(TypeKind.LONG);
        this.random = new StorageCode.Random[pass.code().size()];
        this.bases = new int[random.length];
        this.largest = new int[random.length];
        for (int i = 0; i < random.length; i++) {
            Instruction in = pass.code().get(i);
            if (isDirect(in, Op.LOAD) && stored(in.a()).type().isEightBit()) {
                bases[i] = code.allocateLocal(TypeKind.REFERENCE);
            } else if (isEncoded(in)) {
                largest[i] = storage.declareLargest();
            } else if (isDirect(in, Op.STORE) && stored(in.target()).isStochastic()) {
                random[i] = storage.declareRandom();
            }
        }
        this.encodes = pass.code().stream().anyMatch(this::isEncoded);
        this.decodes = Arrays.stream(bases).anyMatch(local -> local > 0);
        this.byStretches = decodes || Arrays.stream(random).anyMatch(Objects::nonNull) || encodes;
        long loads = pass.code().stream().filter(in -> in.op() == Op.LOAD).count();
        boolean onlyReduces = key.runs() == KernelKey.Runs.PARTS
                && key.exchanged() == 0
                && pass.code().stream().noneMatch(in -> in.op() == Op.STORE);
        this.sideBySide = onlyReduces && !byStretches && loads <= FEW_LOADS ? SIDE_BY_SIDE : 1;
    }

    private KernelKey.Stored stored(int operand) {
        return key.stored().get(key.operands().indexOf(operand));
    }

    /// Whether an instruction accesses an operand in memory.
    private boolean isDirect(Instruction in, Op op) {
        return in.op() == op && key.operands().contains(op == Op.LOAD ? in.a() : in.target());
    }

    /// Whether what an instruction stores is encoded in blocks, after the pass.
    private boolean isEncoded(Instruction in) {
        return isDirect(in, Op.STORE) && stored(in.target()).type().isEightBit();
    }

    /// Writes the class of a kernel, unless the pass is too long for a method of Java.
    public static Optional<byte[]> write(KernelKey key) {
        try {
            return Optional.of(build(key));
        } catch (IllegalArgumentException tooLong) {
            return Optional.empty();
        }
    }

    private static byte[] build(KernelKey key) {
        ClassDesc kernel = ClassDesc.of(Kernel.class.getName());
        return ClassFile.of().build(SELF, builder -> {
            builder.withFlags(ACC_FINAL)
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
                            code -> code.loadConstant(key.lanes()).ireturn())
                    .withMethodBody("run", RUN_TYPE, ACC_PUBLIC, code -> new KernelWriter(key, code).body());
            List<Integer> encoded = encoded(key);
            if (!encoded.isEmpty()) {
                List<ElementType> types =
                        encoded.stream().map(i -> key.stored().get(i).type()).toList();
                builder.withMethodBody(
                        ENCODE,
                        StorageCode.encodeType(types.size()),
                        ACC_PRIVATE | ACC_STATIC,
                        code -> new StorageCode(code, key.bits())
                                .encodeBlocks(types, i -> guarded(code, encoded.get(i))));
            }
        });
    }

    /// Which operands are stored in 8 bits, in the order of the code.
    private static List<Integer> encoded(KernelKey key) {
        return key.pass().code().stream()
                .filter(in -> in.op() == Op.STORE)
                .map(in -> key.operands().indexOf(in.target()))
                .filter(i -> i >= 0 && key.stored().get(i).type().isEightBit())
                .toList();
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
                        .checkcast(isRow(exchanged - 1) ? CD_double.arrayType() : element.arrayType())
                        .astore(blocks[i]);
                if (isRow(exchanged - 1)) {
                    rows[i] = code.allocateLocal(TypeKind.REFERENCE);
                }
            } else if (in.op() == Op.SPLAT) {
                vectors.pushSpecies().aload(REGISTERS).loadConstant(in.a()).daload();
                if (isFloat) {
                    code.d2f();
                }
                vectors.broadcast();
                code.astore(locals[in.target()]);
            }
        }
        code.lload(FROM).lstore(position);
        if (key.reductions().isEmpty() && key.rows().isEmpty()) {
            loop(TO, lanes);
        } else {
            runs();
        }
        code.return_();
    }

    /// Whether what is exchanged is a number for each run.
    private boolean isRow(int exchange) {
        return key.rows().contains(exchange);
    }

    /// Encodes what a stretch left in blocks to be stored in 8 bits: in a method of its own, which the JIT
    /// need not compile together with a large loop. Stretch by stretch, because memory waits meanwhile.
    private void encode(int start) {
        int count = 0;
        code.lload(start);
        for (int i = 0; i < blocks.length; i++) {
            Instruction in = pass.code().get(i);
            if (isEncoded(in)) {
                int operand = key.operands().indexOf(in.target());
                code.aload(segments[operand]).aload(blocks[i]);
                storage.pushLargest(largest[i]);
                pushKey(operand);
                count++;
            }
        }
        code.invokestatic(SELF, ENCODE, StorageCode.encodeType(count));
    }

    private void pushKey(int operand) {
        code.aload(KEYS).loadConstant(operand).laload();
    }

    /// Repeats the pass's code up to a position.
    private void loop(int end, int step) {
        if (byStretches) {
            stretches(end, step);
        } else {
            vectors(end, step);
        }
    }

    /// Goes stretch by stretch, as the random numbers and the bases of blocks do.
    private void stretches(int end, int step) {
        int start = code.allocateLocal(TypeKind.LONG);
        int stretchEnd = code.allocateLocal(TypeKind.LONG);
        Label next = code.newBoundLabel();
        Label done = code.newLabel();
        code.lload(position).lload(end).lcmp().ifge(done);
        code.lload(position)
                .loadConstant((encodes || decodes ? EightBit.BLOCK : Rounding.STRETCH) - 1L)
                .lor()
                .lconst_1()
                .ladd()
                .lstore(stretchEnd);
        limit(stretchEnd, () -> code.lload(end));
        for (int i = 0; i < blocks.length; i++) {
            Instruction in = pass.code().get(i);
            StorageCode.Random drawn = random[i];
            if (drawn != null) {
                int operand = key.operands().indexOf(in.target());
                storage.seek(drawn, () -> pushKey(operand), position);
            } else if (largest[i] > 0) {
                storage.startLargest(largest[i]);
            } else if (bases[i] > 0) {
                storage.loadBase(bases[i], () -> {
                    code.aload(segments[key.operands().indexOf(in.a())]);
                    storage.pushOffset(position);
                    // From any element of the block to its last four codes.
                    code.lload(position)
                            .loadConstant((long) EightBit.BLOCK - 1)
                            .land()
                            .lsub();
                    code.loadConstant((long) EightBit.BLOCK - Integer.BYTES).ladd();
                    pushOrder();
                });
            }
        }
        code.lload(position).lstore(start);
        vectors(stretchEnd, step);
        if (encodes) {
            encode(start);
        }
        code.goto_(next).labelBinding(done);
    }

    private void vectors(int end, int step) {
        vectors(end, step, 1);
    }

    /// @param side the number of blocks to work on side by side; the first ends there
    private void vectors(int end, int step, int side) {
        Label loop = code.newBoundLabel();
        Label done = code.newLabel();
        code.lload(position).lload(end).lcmp().ifge(done);
        for (int block = 0; block < side; block++) {
            for (int unrolled = 0; unrolled < step; unrolled += lanes) {
                for (int i = 0; i < blocks.length; i++) {
                    instruction(i, block * Reduction.BLOCK + unrolled);
                }
            }
        }
        code.lload(position)
                .loadConstant((long) step)
                .ladd()
                .lstore(position)
                .goto_(loop)
                .labelBinding(done);
    }

    /// Goes through several blocks side by side as long as a run has enough left.
    private void severalBlocks(int step, int out, int row) {
        int end = code.allocateLocal(TypeKind.LONG);
        Label next = code.newBoundLabel();
        Label rest = code.newLabel();
        long distance = (long) sideBySide * Reduction.BLOCK;
        code.lload(position).loadConstant(distance).ladd().lload(TO).lcmp().ifgt(rest);
        code.lload(LEFT).loadConstant(distance).lcmp().iflt(rest);
        code.lload(LEFT).loadConstant(distance).lsub().lstore(LEFT);
        startSums(sideBySide);
        code.lload(position).loadConstant((long) Reduction.BLOCK).ladd().lstore(end);
        vectors(end, step, sideBySide);
        code.lload(position).loadConstant(distance - Reduction.BLOCK).ladd().lstore(position);
        leaveSums(sideBySide, out);
        nextRun(row);
        code.goto_(next).labelBinding(rest);
    }

    /// Goes block by block through the runs that are reduced, or that have numbers of their own.
    private void runs() {
        for (int i = 0; i < sums.length; i++) {
            if (isReduced(pass.code().get(i))) {
                sums[i] = new int[sideBySide * vectorsOfLanes()];
                Arrays.setAll(sums[i], k -> code.allocateLocal(TypeKind.REFERENCE));
            }
        }
        int end = code.allocateLocal(TypeKind.LONG);
        int out = code.allocateLocal(TypeKind.INT);
        int row = code.allocateLocal(TypeKind.INT);
        code.iconst_0().istore(out);
        code.lload(FROM).lload(RUN).ldiv().l2i().istore(row);
        int step = key.reductions().isEmpty() ? lanes : Math.max(lanes, Reduction.LANES);
        if (sideBySide > 1) {
            severalBlocks(step, out, row);
        }
        Label nextBlock = code.newBoundLabel();
        Label done = code.newLabel();
        code.lload(position).lload(TO).lcmp().ifge(done);
        code.lload(position).loadConstant((long) Reduction.BLOCK).ladd().lstore(end);
        limit(end, () -> code.lload(position).lload(LEFT).ladd());
        limit(end, () -> code.lload(TO));
        code.lload(LEFT).lload(end).lload(position).lsub().lsub().lstore(LEFT);
        startSums(1);
        for (int i = 0; i < rows.length; i++) {
            if (rows[i] > 0) {
                vectors.pushSpecies().aload(blocks[i]).iload(row).daload();
                if (isFloat) {
                    code.d2f();
                }
                vectors.broadcast();
                code.astore(rows[i]);
            }
        }
        loop(end, step);
        leaveSums(1, out);
        nextRun(row);
        code.goto_(nextBlock).labelBinding(done);
    }

    /// The number of vectors that hold the lanes of a block.
    private int vectorsOfLanes() {
        return Reduction.LANES * Double.SIZE / key.bits();
    }

    private void startSums(int count) {
        for (int i = 0; i < sums.length; i++) {
            if (isReduced(pass.code().get(i))) {
                for (int k = 0; k < count * vectorsOfLanes(); k++) {
                    vectors.splatDouble(Reduction.neutral(kindOf(i)), sums[i][k]);
                }
            }
        }
    }

    private void leaveSums(int count, int out) {
        for (int block = 0; block < count; block++) {
            for (int i = 0; i < sums.length; i++) {
                if (isReduced(pass.code().get(i))) {
                    for (int k = 0; k < vectorsOfLanes(); k++) {
                        code.aload(sums[i][block * vectorsOfLanes() + k])
                                .aload(LANES)
                                .iload(out)
                                .invokevirtual(
                                        VectorCode.DOUBLE_VECTOR,
                                        "intoArray",
                                        MethodTypeDesc.of(CD_void, CD_double.arrayType(), CD_int))
                                .iinc(out, key.bits() / Double.SIZE);
                    }
                }
            }
        }
    }

    /// Begins the next run where one has ended.
    private void nextRun(int row) {
        Label sameRun = code.newLabel();
        code.lload(LEFT)
                .lconst_0()
                .lcmp()
                .ifne(sameRun)
                .lload(RUN)
                .lstore(LEFT)
                .iinc(row, 1)
                .labelBinding(sameRun);
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
                || isEncoded(in)
                || in.op() == Op.LOAD && !key.operands().contains(in.a());
    }

    /// Loads a segment whose class the JIT then knows: what one kernel meets does not slow another down.
    private int guardedSegment(int index) {
        int scratch = key.scratch().get(index);
        return guarded(
                code.aload(scratch < 0 ? SEGMENTS : SCRATCH)
                        .loadConstant(scratch < 0 ? index : scratch)
                        .aaload(),
                index);
    }

    private static int guarded(CodeBuilder code, int index) {
        int local = code.allocateLocal(TypeKind.REFERENCE);
        Label expected = code.newLabel();
        code.dup()
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
                if (rows[index] > 0) {
                    code.aload(rows[index]);
                    store(in);
                    return;
                }
                if (!isExchanged(in) && stored(in.a()).type() != key.type()) {
                    code.aload(loadNarrow(index, unrolled));
                    store(in);
                    return;
                }
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
                storeInto(in.target(), index, unrolled);
                if (key.operands().contains(~in.target())) {
                    storeInto(~in.target(), index, unrolled);
                }
            }
            case REDUCE -> {
                if (isReduced(in)) {
                    reduce(index, locals[in.a()], unrolled);
                } else {
                    code.aload(locals[in.a()]).aload(blocks[index]);
                    inBlock(0);
                    storeInBlock(unrolled);
                }
            }
            default -> {
                code.aload(operation(in));
                store(in);
            }
        }
    }

    private int loadNarrow(int index, int unrolled) {
        int operand = pass.code().get(index).a();
        ElementType type = stored(operand).type();
        Runnable memory = () -> inMemory(operand, unrolled);
        return type.isEightBit() ? storage.loadEightBit(type, bases[index], memory) : storage.loadHalf(type, memory);
    }

    /// Stores what an instruction stores into its operand, or into the narrower copy.
    private void storeInto(int operand, int index, int unrolled) {
        int value = locals[pass.code().get(index).a()];
        ElementType type = stored(operand).type();
        Runnable memory = () -> inMemory(operand, unrolled);
        StorageCode.Random drawn = random[index];
        if (type.isEightBit()) {
            code.aload(value).aload(blocks[index]);
            code.lload(position).l2i().loadConstant(EightBit.BLOCK - 1).iand();
            storeInBlock(unrolled);
            storage.intoLargest(largest[index], value);
        } else if (type == key.type()) {
            code.aload(value);
            memory.run();
            code.invokevirtual(vector, "intoMemorySegment", MethodTypeDesc.of(CD_void, SEGMENT, CD_long, ORDER));
        } else if (drawn != null) {
            storage.storeHalf(type, value, drawn, memory);
        } else {
            storage.storeHalf(type, value, memory);
        }
    }

    /// Stores a vector into a block; they and the position are on the stack.
    private void storeInBlock(int unrolled) {
        if (unrolled > 0) {
            code.loadConstant(unrolled).iadd();
        }
        code.invokevirtual(vector, "intoArray", MethodTypeDesc.of(CD_void, element.arrayType(), CD_int));
    }

    /// Reduces a vector into the lanes, in double precision.
    private void reduce(int index, int value, int unrolled) {
        Expr.Reduction kind = kindOf(index);
        int parts = isFloat ? 2 : 1;
        for (int part = 0; part < parts; part++) {
            int block = unrolled / Reduction.BLOCK;
            int sum = sums[index][block * vectorsOfLanes() + unrolled % Reduction.BLOCK * parts / lanes + part];
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
        ElementType type = key.stored().get(index).type();
        code.aload(segments[index]);
        if (type.isEightBit()) {
            storage.pushOffset(position);
        } else {
            code.lload(position);
            if (key.scratch().get(index) >= 0) {
                code.lload(BASE).lsub();
            }
            code.loadConstant(Integer.numberOfTrailingZeros(type.bytes())).lshl();
        }
        if (unrolled > 0) {
            code.loadConstant((long) unrolled * type.bytes()).ladd();
        }
        pushOrder();
    }

    private void pushOrder() {
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
        if (in.op().isFunction()) {
            return vectors.function(in.op().decomposition(isFloat).full(), a);
        }
        return switch (in.op()) {
            case NEGATE -> vectors.unary("neg", a);
            case ABS -> vectors.unary("abs", a);
            case SQRT -> vectors.unary("sqrt", a);
            case ADD -> vectors.binary("add", a, b);
            case SUBTRACT -> vectors.binary("sub", a, b);
            case MULTIPLY, AND -> vectors.binary("mul", a, b);
            case DIVIDE -> vectors.binary("div", a, b);
            case MIN -> vectors.binary("min", a, b);
            case MAX -> vectors.binary("max", a, b);
            case FLUSH -> {
                double flush = isFloat ? Subnormals.FLUSH_F : Subnormals.FLUSH_D;
                yield vectors.scalar("sub", vectors.scalar("add", a, flush), flush);
            }
            case NOT -> vectors.binary("sub", vectors.splat(1), a);
            case LESS -> vectors.blend(vectors.splat(0), vectors.splat(1), "LT", a, b);
            case LESS_OR_EQUAL -> vectors.blend(vectors.splat(0), vectors.splat(1), "LE", a, b);
            case EQUAL -> vectors.blend(vectors.splat(0), vectors.splat(1), "EQ", a, b);
            case SELECT -> vectors.blend(locals[in.c()], b, "NE", a, vectors.splat(0));
            case SIGN -> vectors.sign(a);
            default -> throw new IllegalArgumentException(in.op() + " has no vector form");
        };
    }

    private void store(Instruction in) {
        code.astore(locals[in.target()]);
    }
}
