package dev.gradus.compile;

import dev.gradus.compile.Variant.Total;
import dev.gradus.expr.Clock;
import dev.gradus.expr.Shape;
import dev.gradus.expr.State;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A program bound to one parameter, step after step: [#begin], then [#advance] level by level until complete.
/// Before a level that needs totals, the caller fills them; nothing is allocated on the way.
public final class Execution {
    /// Where a parameter and its states are.
    public interface Memory {
        Tensor theta();

        Tensor state(State state);
    }

    /// The numbers that a step depends on.
    public interface Numbers {
        double hyper(String name);

        double step(Clock clock);

        double number(State state);
    }

    private final Program.Selector selector;
    private final double[] conditions;
    private final Binding[] variants;
    private final Inputs inputs;
    private Binding current;
    private int variant;
    private int level;

    public Execution(Program program, Shape shape, Memory memory) {
        selector = program.selector();
        conditions = new double[selector.slots()];
        inputs = new Inputs(selector.leaves(), conditions, shape);
        List<Variant> all = program.variants();
        variants = new Binding[all.size()];
        for (int i = 0; i < variants.length; i++) {
            variants[i] = new Binding(all.get(i), shape, memory);
        }
        current = variants[0];
    }

    /// Begins a step: decides which variant of the program runs and fills the numbers that are known before it.
    ///
    /// @param gradient null only for a program that reads none
    public void begin(@Nullable Tensor gradient, Numbers numbers) {
        inputs.fill(numbers);
        HostCode.run(selector.code(), conditions);
        int outcome = 0;
        for (int i = 0; i < selector.conditions().length; i++) {
            if (conditions[selector.conditions()[i]] != 0) {
                outcome |= 1 << i;
            }
        }
        variant = outcome;
        current = variants[outcome];
        current.inputs.fill(numbers);
        if (gradient != null) {
            current.bindGradient(gradient);
        }
        level = 0;
    }

    /// The number of variants of the program.
    public int variants() {
        return variants.length;
    }

    /// Which variant the step in progress, or the last one, runs.
    public int variant() {
        return variant;
    }

    /// What a variant combines with other parameters.
    public List<Total> totals(int variant) {
        return variants[variant].variant.totals();
    }

    /// What the step in progress combines with other parameters.
    public List<Total> totals() {
        return current.variant.totals();
    }

    /// The next level to run.
    public int level() {
        return level;
    }

    public boolean isComplete() {
        return level > current.variant.end();
    }

    /// Runs the next level, for which the totals have been filled.
    public void advance(Backends backends) {
        advance(backends.arithmetic(current.type()), backends.wide());
    }

    /// Runs the next level on given backends.
    void advance(Backend arithmetic, Backend wide) {
        current.run(level, arithmetic, wide);
        level++;
    }

    public void fill(Total total, double value) {
        current.slots[total.slot()] = value;
    }

    public double contribution(Total total) {
        return current.slots[total.operand()];
    }

    /// Whether the completed step took place.
    public boolean isCommitted() {
        return current.isCommitted();
    }

    /// The states with one number that the completed step writes.
    public List<State> numbers() {
        return current.numbers;
    }

    /// What a state with one number becomes by the completed step.
    public double number(State state) {
        return current.slots[Objects.requireNonNull(current.variant.numbers().get(state))];
    }

    /// A metric of the completed step.
    public double metric(int index) {
        return current.slots[current.variant.metrics()[index]];
    }
}
