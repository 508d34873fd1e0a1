package dev.gradus.schedule;

import java.util.List;

/// From knot to knot along a curve; the first knot's value before it, the last one's after it. Where two knots
/// are at one step, the value jumps to that of the later one.
///
/// @param knots at least one, in the order of their steps
public record Piecewise(List<Knot> knots, Curve curve) implements Schedule {
    /// @throws IllegalArgumentException if there are no knots or their steps decrease
    public Piecewise {
        knots = List.copyOf(knots);
        if (knots.isEmpty()) {
            throw new IllegalArgumentException("piecewise: knots must have at least one element, got none");
        }
        for (int i = 1; i < knots.size(); i++) {
            double before = knots.get(i - 1).step();
            if (knots.get(i).step() < before) {
                throw new IllegalArgumentException("piecewise: the steps of knots must not decrease, got "
                        + knots.get(i).step() + " after " + before);
            }
        }
    }

    @Override
    public double at(long completed) {
        int next = 0;
        while (next < knots.size() && knots.get(next).step() <= completed) {
            next++;
        }
        if (next == 0 || next == knots.size()) {
            return knots.get(Math.max(0, next - 1)).value();
        }
        Knot from = knots.get(next - 1);
        Knot to = knots.get(next);
        return curve.between(from.value(), to.value(), (completed - from.step()) / (to.step() - from.step()));
    }

    @Override
    public long duration() {
        return (long) Math.ceil(knots.getLast().step());
    }
}
