package dev.gradus.numeric;

import dev.gradus.numeric.Sequence.Basic;
import dev.gradus.numeric.Sequence.Step;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Collects the operations of a function, each once.
final class DecompositionBuilder {
    private final boolean isFloat;
    private final List<Step> steps = new ArrayList<>();
    private final Map<Step, Integer> known = new HashMap<>();

    /// By step, an earlier one that has the same value for regular arguments.
    private final Map<Integer, Integer> simpler = new HashMap<>();

    private Decomposition.@Nullable Guard guard;

    DecompositionBuilder(boolean isFloat) {
        this.isFloat = isFloat;
    }

    boolean isFloat() {
        return isFloat;
    }

    int argument() {
        return add(new Step(Basic.ARGUMENT, List.of(), 0, 0));
    }

    int constant(double value) {
        return add(new Step(Basic.CONSTANT, List.of(), rounded(value), 0));
    }

    int whole(int operand, double less) {
        return add(new Step(Basic.TO_WHOLE, List.of(operand), rounded(less), 0));
    }

    private double rounded(double value) {
        return isFloat ? (float) value : value;
    }

    int number(Basic basic, int... operands) {
        return add(new Step(basic, Arrays.stream(operands).boxed().toList(), 0, 0));
    }

    int bits(Basic basic, int operand, long bits) {
        return add(new Step(basic, List.of(operand), 0, bits));
    }

    private int add(Step step) {
        Integer index = known.putIfAbsent(step, steps.size());
        if (index != null) {
            return index;
        }
        steps.add(step);
        return steps.size() - 1;
    }

    void simplify(int step, int same) {
        if (same >= step) {
            throw new IllegalArgumentException("the simpler of two equal values is described first");
        }
        simpler.put(step, same);
    }

    void guard(int step, long mask, boolean hasZero, double least, double most) {
        guard = new Decomposition.Guard(step, mask, hasZero, bitsOf(least), bitsOf(most));
    }

    private long bitsOf(double number) {
        return isFloat ? Float.floatToRawIntBits((float) number) : Double.doubleToRawLongBits(number);
    }

    Decomposition build(int result) {
        Decomposition.Guard of = guard;
        Sequence full = sequence(needed(Map.of(), result), Map.of(), result);
        if (of == null) {
            return new Decomposition(full, full, null);
        }
        NavigableSet<Integer> needed = needed(simpler, result, of.step());
        int step = needed.headSet(resolve(of.step(), simpler)).size();
        return new Decomposition(
                full,
                sequence(needed, simpler, result),
                new Decomposition.Guard(step, of.mask(), of.hasZero(), of.least(), of.most()));
    }

    /// The steps that some need, where others are replaced.
    private NavigableSet<Integer> needed(Map<Integer, Integer> replaced, int... results) {
        NavigableSet<Integer> needed = new TreeSet<>(List.of(0));
        for (int result : results) {
            needed.add(resolve(result, replaced));
        }
        // Operands are earlier steps: going backwards, none is added behind.
        for (Integer next = needed.last(); next != null; next = needed.lower(next)) {
            steps.get(next).operands().forEach(operand -> needed.add(resolve(operand, replaced)));
        }
        return needed;
    }

    private Sequence sequence(NavigableSet<Integer> needed, Map<Integer, Integer> replaced, int result) {
        List<Step> kept = new ArrayList<>();
        for (int index : needed) {
            Step step = steps.get(index);
            List<Integer> operands = step.operands().stream()
                    .map(operand -> needed.headSet(resolve(operand, replaced)).size())
                    .toList();
            kept.add(new Step(step.basic(), operands, step.number(), step.bits()));
        }
        return new Sequence(
                isFloat,
                List.copyOf(kept),
                needed.headSet(resolve(result, replaced)).size());
    }

    private static int resolve(int step, Map<Integer, Integer> replaced) {
        Integer same = replaced.get(step);
        return same == null ? step : resolve(same, replaced);
    }
}
