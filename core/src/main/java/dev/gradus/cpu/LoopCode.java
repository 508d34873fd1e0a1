package dev.gradus.cpu;

import dev.gradus.numeric.Decomposition.Guard;
import dev.gradus.numeric.Sequence;
import dev.gradus.numeric.Sequence.Basic;
import dev.gradus.numeric.Sequence.Step;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// A sequence as loops over blocks, each so simple that the JIT vectorises it.
///
/// An operation shares the loop of one that it alone depends on where there is such a loop, which saves storing and
/// loading a block. Results lie in as few blocks as their lifetimes allow.
final class LoopCode {
    /// Stands for the block of the arguments as a source, and for that of the results as a target.
    static final int OUTER = -1;

    private static final int NOWHERE = -2;

    /// What a loop computes of blocks a, b, c and d and of the numbers v, w, x, y and z, or of the bits i, j, k and l.
    enum Loop {
        FILL, // w
        ADD, // a + b
        SUBTRACT,
        MULTIPLY,
        DIVIDE,
        MIN,
        MAX,
        ABS,
        SIGN,
        ADD_NUMBER, // a + w
        SUBTRACT_FROM, // w − a
        SCALE, // a·w
        MIN_NUMBER, // min(a, w)
        MAX_NUMBER, // max(a, w)
        WHERE_LESS, // a < b ? c : d
        WHERE_EQUAL, // a = b ? c : d
        TO_BITS,
        FROM_BITS,
        BITS, // ((a + i >>> j) & k) + l
        SHIFT_LEFT, // a << i
        TO_WHOLE, // (a >>> i) − w
        GUARD, // goes on where no a & i is outside of k … l, or 0 where j is −1

        ADD_NUMBERS, // (a + w) + x
        SCALE_ADD, // a·w + x
        SCALE_ADD_ADD, // (a·w + x) + y
        CLAMP, // max(min(a, w), x)
        MULTIPLY_ADD, // a·b + w
        HORNER_2, // (a·b + w)·b + x
        HORNER_PLUS, // ((a·b + w)·b + x)·b + c
        HORNER_3, // ((a·b + w)·b + x)·b + y
        QUADRATIC, // (a·w + x)·a + y
        CUBIC, // ((a·w + x)·a + y)·a + z
        QUARTIC, // (((a·w + x)·a + y)·a + z)·a + v
        SCALE_PLUS, // a·w + b
        SCALE_MINUS, // a·w − b
        MINUS_SCALED, // b − a·w
        SCALE_TIMES, // (a·w)·b
        PRODUCT_PLUS, // a·b + c
        MINUS_PRODUCT, // c − a·b
        PRODUCT_TIMES, // (a·b)·c
        PRODUCT_OVER, // (a·b) ⁄ c
        SUM_PLUS, // (a + b) + c
        DIFFERENCE_PLUS, // (a − b) + c
        DIFFERENCE_PLUS_NUMBER, // ((a − b) + c) + w
        DIFFERENCE_MINUS, // (a − b) − c
        DIFFERENCE_OVER, // (a − b) ⁄ c
        MINUS_SUM, // b − (a + w)
        MINUS_SUM_OVER, // (b − (a + w)) ⁄ c
        OVER_SUM, // b ⁄ (a + w)
        OVER_DIFFERENCE // b ⁄ (w − a)
    }

    /// A loop whose source at an index, and not elsewhere, is what another loop computes.
    private record Pair(Loop inner, Loop outer, int index) {}

    /// What takes the place of pairs: a loop of the inner one's sources and numbers, and then of the outer one's
    /// others.
    private static final Map<Pair, Loop> FUSED = new HashMap<>();

    static {
        fuse(Loop.ADD_NUMBER, Loop.ADD_NUMBER, 0, Loop.ADD_NUMBERS);
        fuse(Loop.SCALE, Loop.ADD_NUMBER, 0, Loop.SCALE_ADD);
        fuse(Loop.SCALE_ADD, Loop.ADD_NUMBER, 0, Loop.SCALE_ADD_ADD);
        fuse(Loop.MULTIPLY, Loop.ADD_NUMBER, 0, Loop.MULTIPLY_ADD);
        fuse(Loop.MIN_NUMBER, Loop.MAX_NUMBER, 0, Loop.CLAMP);
        fuseEither(Loop.SCALE, Loop.ADD, Loop.SCALE_PLUS);
        fuseEither(Loop.SCALE, Loop.MULTIPLY, Loop.SCALE_TIMES);
        fuse(Loop.SCALE, Loop.SUBTRACT, 0, Loop.SCALE_MINUS);
        fuse(Loop.SCALE, Loop.SUBTRACT, 1, Loop.MINUS_SCALED);
        fuseEither(Loop.MULTIPLY, Loop.ADD, Loop.PRODUCT_PLUS);
        fuseEither(Loop.MULTIPLY, Loop.MULTIPLY, Loop.PRODUCT_TIMES);
        fuse(Loop.MULTIPLY, Loop.SUBTRACT, 1, Loop.MINUS_PRODUCT);
        fuse(Loop.MULTIPLY, Loop.DIVIDE, 0, Loop.PRODUCT_OVER);
        fuseEither(Loop.ADD, Loop.ADD, Loop.SUM_PLUS);
        fuseEither(Loop.SUBTRACT, Loop.ADD, Loop.DIFFERENCE_PLUS);
        fuse(Loop.DIFFERENCE_PLUS, Loop.ADD_NUMBER, 0, Loop.DIFFERENCE_PLUS_NUMBER);
        fuse(Loop.SUBTRACT, Loop.SUBTRACT, 0, Loop.DIFFERENCE_MINUS);
        fuse(Loop.SUBTRACT, Loop.DIVIDE, 0, Loop.DIFFERENCE_OVER);
        fuse(Loop.ADD_NUMBER, Loop.SUBTRACT, 1, Loop.MINUS_SUM);
        fuse(Loop.MINUS_SUM, Loop.DIVIDE, 0, Loop.MINUS_SUM_OVER);
        fuse(Loop.ADD_NUMBER, Loop.DIVIDE, 1, Loop.OVER_SUM);
        fuse(Loop.SUBTRACT_FROM, Loop.DIVIDE, 1, Loop.OVER_DIFFERENCE);
    }

    private static void fuse(Loop inner, Loop outer, int index, Loop fused) {
        FUSED.put(new Pair(inner, outer, index), fused);
    }

    /// Where the outer loop's sources may be exchanged.
    private static void fuseEither(Loop inner, Loop outer, Loop fused) {
        fuse(inner, outer, 0, fused);
        fuse(inner, outer, 1, fused);
    }

    /// One loop.
    ///
    /// @param target the block that it writes, of bits if the loop gives bits
    /// @param sources the blocks that it reads
    /// @param numbers its constants
    /// @param bits its constants, where it works on bits
    record Instruction(Loop loop, int target, int[] sources, double[] numbers, long[] bits) {
        Instruction(Loop loop, int target, int[] sources, double[] numbers) {
            this(loop, target, sources, numbers, new long[0]);
        }

        private boolean givesBits() {
            return loop == Loop.TO_BITS || loop == Loop.BITS || loop == Loop.SHIFT_LEFT;
        }
    }

    private final Sequence sequence;
    private final int[] uses;

    /// At first with the steps as blocks.
    private List<Instruction> instructions = new ArrayList<>();

    private int numbers;
    private int bits;

    private LoopCode(Sequence sequence) {
        this.sequence = sequence;
        this.uses = new int[sequence.steps().size()];
    }

    static LoopCode of(Sequence sequence) {
        return of(sequence, null);
    }

    /// @param guard of the arguments that the sequence is right for, or null where it is for all
    static LoopCode of(Sequence sequence, @Nullable Guard guard) {
        LoopCode code = new LoopCode(sequence);
        code.translate(guard);
        code.allocate();
        return code;
    }

    List<Instruction> instructions() {
        return instructions;
    }

    /// The number of blocks of numbers that it needs.
    int numbers() {
        return numbers;
    }

    /// The number of blocks of bits that it needs.
    int bits() {
        return bits;
    }

    private void translate(@Nullable Guard guard) {
        sequence.steps().forEach(step -> step.operands().forEach(operand -> uses[operand]++));
        uses[sequence.result()]++;
        for (int i = 0; i < uses.length; i++) {
            translate(i, sequence.steps().get(i));
            if (guard != null && guard.step() == i) {
                long[] bounds = {guard.mask(), guard.hasZero() ? -1 : 0, guard.least(), guard.most()};
                instructions.add(new Instruction(Loop.GUARD, NOWHERE, new int[] {i}, new double[0], bounds));
            }
        }
    }

    private boolean isArgument(int step) {
        return sequence.steps().get(step).basic() == Basic.ARGUMENT;
    }

    private boolean isConstant(int step) {
        return sequence.steps().get(step).basic() == Basic.CONSTANT;
    }

    private double number(int step) {
        return sequence.steps().get(step).number();
    }

    private void translate(int index, Step step) {
        int[] operands = step.operands().stream().mapToInt(operand -> operand).toArray();
        switch (step.basic()) {
            case ARGUMENT, CONSTANT -> {}
            case ADD, MULTIPLY, MIN, MAX -> commutative(index, step.basic(), operands[0], operands[1]);
            case SUBTRACT -> subtract(index, operands[0], operands[1]);
            case DIVIDE -> add(Loop.DIVIDE, index, operands);
            case ABS -> add(Loop.ABS, index, operands);
            case SIGN -> add(Loop.SIGN, index, operands);
            case WHERE_LESS -> add(Loop.WHERE_LESS, index, operands);
            case WHERE_EQUAL -> add(Loop.WHERE_EQUAL, index, operands);
            case TO_BITS -> add(Loop.TO_BITS, index, operands);
            case FROM_BITS -> add(Loop.FROM_BITS, index, operands);
            case SHIFT_LEFT ->
                instructions.add(
                        new Instruction(Loop.SHIFT_LEFT, index, operands, new double[0], new long[] {step.bits()}));
            case TO_WHOLE -> toWhole(index, operands[0], step.number());
            case ADD_BITS, SHIFT_RIGHT, AND_BITS -> bits(index, step, operands[0]);
        }
    }

    private void commutative(int index, Basic basic, int left, int right) {
        if (isConstant(left)) {
            commutative(index, basic, right, left);
            return;
        }
        boolean isNumber = isConstant(right);
        Loop loop = switch (basic) {
            case ADD -> isNumber ? Loop.ADD_NUMBER : Loop.ADD;
            case MULTIPLY -> isNumber ? Loop.SCALE : Loop.MULTIPLY;
            case MIN -> isNumber ? Loop.MIN_NUMBER : Loop.MIN;
            default -> isNumber ? Loop.MAX_NUMBER : Loop.MAX;
        };
        if (isNumber) {
            add(loop, index, new int[] {left}, number(right));
        } else {
            add(loop, index, new int[] {left, right});
        }
    }

    private void subtract(int index, int left, int right) {
        if (isConstant(right)) {
            add(Loop.ADD_NUMBER, index, new int[] {left}, -number(right));
        } else if (isConstant(left)) {
            add(Loop.SUBTRACT_FROM, index, new int[] {right}, number(left));
        } else {
            add(Loop.SUBTRACT, index, new int[] {left, right});
        }
    }

    /// Adds a loop, or one that takes its and another's place.
    private void add(Loop loop, int step, int[] sources, double... constants) {
        for (int source : sources) {
            if (isConstant(source) && computing(source) == null) {
                instructions.add(new Instruction(Loop.FILL, source, new int[0], new double[] {number(source)}));
            }
        }
        Instruction outer = new Instruction(loop, step, sources, constants);
        Instruction fused = fused(outer);
        instructions.add(fused == null ? outer : fused);
    }

    private @Nullable Instruction fused(Instruction outer) {
        for (int i = 0; i < outer.sources.length; i++) {
            Instruction inner = forOneUse(outer.sources[i]);
            if (inner == null) {
                continue;
            }
            Loop fused = FUSED.get(new Pair(inner.loop, outer.loop, i));
            if (fused != null) {
                instructions.remove(inner);
                int index = i;
                int[] others = IntStream.range(0, outer.sources.length)
                        .filter(k -> k != index)
                        .map(k -> outer.sources[k])
                        .toArray();
                return inHornersRule(
                        new Instruction(fused, outer.target, concat(inner.sources, others), numbers(inner, outer)));
            }
        }
        return null;
    }

    /// The same where a loop adds to a product, of which one factor is a polynomial in the other.
    private Instruction inHornersRule(Instruction sum) {
        boolean isSum = sum.loop == Loop.MULTIPLY_ADD || sum.loop == Loop.PRODUCT_PLUS;
        for (int i = 0; isSum && i < 2; i++) {
            Instruction inner = forOneUse(sum.sources[i]);
            if (inner == null || inner.sources.length == 0) {
                continue;
            }
            boolean isIn = inner.sources[inner.sources.length - 1] == sum.sources[1 - i];
            Loop longer = longer(inner.loop, sum.loop == Loop.PRODUCT_PLUS);
            if (isIn && longer != null) {
                instructions.remove(inner);
                int[] others = Arrays.copyOfRange(sum.sources, 2, sum.sources.length);
                return new Instruction(longer, sum.target, concat(inner.sources, others), numbers(inner, sum));
            }
        }
        return sum;
    }

    /// The loop of a polynomial with one coefficient more, which is in a block or a number.
    private static @Nullable Loop longer(Loop polynomial, boolean inBlock) {
        if (inBlock) {
            return polynomial == Loop.HORNER_2 ? Loop.HORNER_PLUS : null;
        }
        return switch (polynomial) {
            case SCALE_ADD -> Loop.QUADRATIC;
            case QUADRATIC -> Loop.CUBIC;
            case CUBIC -> Loop.QUARTIC;
            case MULTIPLY_ADD -> Loop.HORNER_2;
            case HORNER_2 -> Loop.HORNER_3;
            default -> null;
        };
    }

    private static int[] concat(int[] first, int[] second) {
        return IntStream.concat(Arrays.stream(first), Arrays.stream(second)).toArray();
    }

    private static double[] numbers(Instruction inner, Instruction outer) {
        return DoubleStream.concat(Arrays.stream(inner.numbers), Arrays.stream(outer.numbers))
                .toArray();
    }

    /// What computes a step that is used once, or null.
    private @Nullable Instruction forOneUse(int step) {
        return uses[step] == 1 ? computing(step) : null;
    }

    private @Nullable Instruction computing(int step) {
        return instructions.stream().filter(in -> in.target == step).findFirst().orElse(null);
    }

    /// Operations on bits share a loop in the order in which it applies them.
    private void bits(int index, Step step, int operand) {
        Instruction before = forOneUse(operand);
        long[] constants = {0, 0, -1, 0};
        int source = operand;
        if (before != null && before.loop == Loop.BITS && isAfter(step.basic(), before.bits)) {
            instructions.remove(before);
            constants = before.bits;
            source = before.sources[0];
        }
        switch (step.basic()) {
            case SHIFT_RIGHT -> constants[1] = step.bits();
            case AND_BITS -> constants[2] = step.bits();
            default -> constants[constants[1] == 0 && constants[2] == -1 ? 0 : 3] = step.bits();
        }
        instructions.add(new Instruction(Loop.BITS, index, new int[] {source}, new double[0], constants));
    }

    private void toWhole(int index, int operand, double less) {
        Instruction before = forOneUse(operand);
        long shift = 0;
        int source = operand;
        if (before != null && isShift(before)) {
            instructions.remove(before);
            shift = before.bits[1];
            source = before.sources[0];
        }
        instructions.add(
                new Instruction(Loop.TO_WHOLE, index, new int[] {source}, new double[] {less}, new long[] {shift}));
    }

    /// Whether a loop of bits shifts to the right and does nothing else.
    private static boolean isShift(Instruction in) {
        return in.loop == Loop.BITS && in.bits[0] == 0 && in.bits[2] == -1 && in.bits[3] == 0;
    }

    private static boolean isAfter(Basic basic, long[] constants) {
        boolean isShifted = constants[1] != 0;
        boolean isMasked = constants[2] != -1;
        boolean isAdded = constants[3] != 0;
        return switch (basic) {
            case SHIFT_RIGHT -> !isShifted && !isMasked && !isAdded;
            case AND_BITS -> !isMasked && !isAdded;
            default -> !isAdded && (isShifted || isMasked);
        };
    }

    /// Turns steps into blocks.
    private void allocate() {
        Map<Integer, Integer> last = new HashMap<>();
        for (int i = 0; i < instructions.size(); i++) {
            for (int source : instructions.get(i).sources) {
                last.put(source, i);
            }
        }
        Map<Integer, Integer> blocks = new HashMap<>(Map.of(0, OUTER));
        Deque<Integer> freeNumbers = new ArrayDeque<>();
        Deque<Integer> freeBits = new ArrayDeque<>();
        List<Instruction> allocated = new ArrayList<>();
        for (int i = 0; i < instructions.size(); i++) {
            Instruction in = instructions.get(i);
            int[] sources = Arrays.stream(in.sources)
                    .map(source -> Objects.requireNonNull(blocks.get(source)))
                    .toArray();
            for (int source : Arrays.stream(in.sources).distinct().toArray()) {
                if (!isArgument(source) && Objects.requireNonNull(last.get(source)) == i) {
                    boolean isBits = sequence.steps().get(source).basic().givesBits();
                    (isBits ? freeBits : freeNumbers).push(Objects.requireNonNull(blocks.get(source)));
                }
            }
            int target = OUTER;
            if (in.target != sequence.result() && in.loop != Loop.GUARD) {
                if (in.givesBits()) {
                    target = freeBits.isEmpty() ? bits++ : freeBits.pop();
                } else {
                    target = freeNumbers.isEmpty() ? numbers++ : freeNumbers.pop();
                }
            }
            blocks.put(in.target, target);
            allocated.add(new Instruction(in.loop, target, sources, in.numbers, in.bits));
        }
        instructions = List.copyOf(allocated);
    }
}
