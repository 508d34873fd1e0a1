package dev.gradus;

import static dev.gradus.expr.Formulas.transform;

import dev.gradus.expr.TensorFunction;
import dev.gradus.rule.Direction;
import dev.gradus.rule.Mask;
import dev.gradus.rule.Rule;
import dev.gradus.tensor.ElementType;
import dev.gradus.tensor.Shape;
import java.lang.foreign.MemorySegment;

/// Happens in the middle of the step of a parameter: the identity, and what a test has it do.
final class Hook implements TensorFunction {
    private volatile Runnable action = () -> {};

    @Override
    public String name() {
        return "hook";
    }

    @Override
    public void apply(MemorySegment from, MemorySegment to, Shape shape, ElementType type) {
        to.copyFrom(from);
        action.run();
    }

    void does(Runnable other) {
        action = other;
    }

    void doesNothing() {
        action = () -> {};
    }

    void fails(Throwable cause) {
        action = () -> Hook.<RuntimeException>sneak(cause);
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void sneak(Throwable cause) throws T {
        throw (T) cause;
    }

    Rule in(Mask mask) {
        Direction hooked = s -> transform(this, s.direction());
        return hooked.onlyFor(mask);
    }
}
