package dev.gradus.engine;

import dev.gradus.program.Slots.HyperSlot;
import dev.gradus.program.Slots.Leaf;
import dev.gradus.program.Slots.Literal;
import dev.gradus.program.Slots.NumberSlot;
import dev.gradus.program.Slots.SizeSlot;
import dev.gradus.program.Slots.StepSlot;
import dev.gradus.tensor.Shape;
import java.util.List;

/// Fills the slots of host scalars that are inputs of host code: constants once, the others at each step.
public final class Inputs {
    private final double[] slots;

    /// All slots but those of literals.
    private final int[] filled;

    /// The slots of hyperparameters, and their places.
    private final int[] hypers;

    private final int[] places;
    private final StepSlot[] steps;
    private final NumberSlot[] numbers;

    public Inputs(List<Leaf> leaves, double[] slots, Shape shape, TaskMemory memory) {
        this.slots = slots;
        this.filled = leaves.stream()
                .filter(leaf -> !(leaf instanceof Literal))
                .mapToInt(Leaf::slot)
                .toArray();
        this.hypers =
                of(leaves, HyperSlot.class).stream().mapToInt(HyperSlot::slot).toArray();
        this.places = of(leaves, HyperSlot.class).stream()
                .mapToInt(hyper -> memory.placeOf(hyper.name()))
                .toArray();
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

    public void fill(TaskInputs values) {
        for (int i = 0; i < hypers.length; i++) {
            slots[hypers[i]] = values.hyper(places[i]);
        }
        for (StepSlot step : steps) {
            slots[step.slot()] = values.step(step.clock());
        }
        for (NumberSlot number : numbers) {
            slots[number.slot()] = values.number(number.state());
        }
    }

    /// Whether other slots hold the same inputs, to the bit.
    boolean areIn(double[] others) {
        for (int slot : filled) {
            if (Double.doubleToRawLongBits(slots[slot]) != Double.doubleToRawLongBits(others[slot])) {
                return false;
            }
        }
        return true;
    }
}
