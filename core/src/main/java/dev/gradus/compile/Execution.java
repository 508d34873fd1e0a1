package dev.gradus.compile;

import dev.gradus.compile.Slots.HyperSlot;
import dev.gradus.compile.Slots.Leaf;
import dev.gradus.compile.Slots.Literal;
import dev.gradus.compile.Slots.NumberSlot;
import dev.gradus.compile.Slots.SizeSlot;
import dev.gradus.compile.Slots.StepSlot;
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
    private Binding current;
    private int level;

    public Execution(Program program, Shape shape, Memory memory) {
        selector = program.selector();
        conditions = new double[selector.slots()];
        fillFixed(selector.leaves(), conditions, shape);
        List<Variant> all = program.variants();
        variants = new Binding[all.size()];
        for (int i = 0; i < variants.length; i++) {
            variants[i] = new Binding(all.get(i), shape, memory);
            fillFixed(all.get(i).leaves(), variants[i].slots, shape);
        }
        current = variants[0];
    }

    private static void fillFixed(List<Leaf> leaves, double[] slots, Shape shape) {
        for (Leaf leaf : leaves) {
            switch (leaf) {
                case Literal literal -> slots[leaf.slot()] = literal.value();
                case SizeSlot size -> slots[leaf.slot()] = shape.elements(size.axes());
                case HyperSlot hyper -> {}
                case StepSlot step -> {}
                case NumberSlot number -> {}
            }
        }
    }

    private static void fill(List<Leaf> leaves, double[] slots, Numbers numbers) {
        for (int i = 0; i < leaves.size(); i++) {
            switch (leaves.get(i)) {
                case HyperSlot hyper -> slots[hyper.slot()] = numbers.hyper(hyper.name());
                case StepSlot step -> slots[step.slot()] = numbers.step(step.clock());
                case NumberSlot number -> slots[number.slot()] = numbers.number(number.state());
                case Literal literal -> {}
                case SizeSlot size -> {}
            }
        }
    }

    /// Begins a step: decides which variant of the program runs and fills the numbers that are known before it.
    ///
    /// @param gradient null only for a program that reads none
    public void begin(@Nullable Tensor gradient, Numbers numbers) {
        fill(selector.leaves(), conditions, numbers);
        HostCode.run(selector.code(), conditions);
        int outcome = 0;
        for (int i = 0; i < selector.conditions().length; i++) {
            if (conditions[selector.conditions()[i]] != 0) {
                outcome |= 1 << i;
            }
        }
        current = variants[outcome];
        fill(current.variant.leaves(), current.slots, numbers);
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
        return List.of(variants).indexOf(current);
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
        current.run(level, backends);
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
    public Iterable<State> numbers() {
        return current.variant.numbers().keySet();
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
