package dev.gradus.compile;

import dev.gradus.compile.Slots.HyperSlot;
import dev.gradus.compile.Slots.Leaf;
import dev.gradus.compile.Slots.Literal;
import dev.gradus.compile.Slots.NumberSlot;
import dev.gradus.compile.Slots.SizeSlot;
import dev.gradus.compile.Slots.StepSlot;
import dev.gradus.expr.Shape;
import java.util.List;

/// Fills the slots of what code on numbers of the host depends on: once what never changes, at each step the rest.
final class Inputs {
    private final double[] slots;
    private final HyperSlot[] hypers;
    private final StepSlot[] steps;
    private final NumberSlot[] numbers;

    Inputs(List<Leaf> leaves, double[] slots, Shape shape) {
        this.slots = slots;
        this.hypers = of(leaves, HyperSlot.class).toArray(HyperSlot[]::new);
        this.steps = of(leaves, StepSlot.class).toArray(StepSlot[]::new);
        this.numbers = of(leaves, NumberSlot.class).toArray(NumberSlot[]::new);
        for (Literal literal : of(leaves, Literal.class)) {
            slots[literal.slot()] = literal.value();
        }
        for (SizeSlot size : of(leaves, SizeSlot.class)) {
            slots[size.slot()] = Math.max(1, shape.elements(size.axes()));
        }
    }

    private static <T extends Leaf> List<T> of(List<Leaf> leaves, Class<T> kind) {
        return leaves.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    void fill(Execution.Numbers values) {
        for (HyperSlot hyper : hypers) {
            slots[hyper.slot()] = values.hyper(hyper.name());
        }
        for (StepSlot step : steps) {
            slots[step.slot()] = values.step(step.clock());
        }
        for (NumberSlot number : numbers) {
            slots[number.slot()] = values.number(number.state());
        }
    }
}
