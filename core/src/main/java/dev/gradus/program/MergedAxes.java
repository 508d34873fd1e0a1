package dev.gradus.program;

import dev.gradus.expr.State;
import dev.gradus.tensor.Axes;
import dev.gradus.tensor.Shape;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// A parameter's axes with neighbours merged that no value of the program tells apart, so that programs do not
/// depend on more of a shape than they must: without reductions over axes, every tensor is a vector.
///
/// @param groups the original axes of each merged axis, as bit masks, outermost first
public record MergedAxes(int rank, List<Integer> groups) {

    static MergedAxes of(Roots roots, Axes all) {
        Set<Axes> used = new LinkedHashSet<>();
        roots.states().keySet().stream().map(State::axes).forEach(used::add);
        Value.visit(roots.all(), value -> {
            if (!value.isHost()) {
                used.add(value.axes);
            }
            if (value.op == Op.SIZE) {
                used.add((Axes) value.payloadOf());
            }
        });
        List<Integer> groups = new ArrayList<>();
        for (int axis = 0; axis < all.rank(); axis++) {
            if (axis > 0 && sameIn(used, axis - 1, axis)) {
                groups.set(groups.size() - 1, groups.getLast() | 1 << axis);
            } else {
                groups.add(1 << axis);
            }
        }
        return new MergedAxes(all.rank(), List.copyOf(groups));
    }

    private static boolean sameIn(Set<Axes> used, int a, int b) {
        return used.stream().allMatch(axes -> axes.contains(a) == axes.contains(b));
    }

    /// The given axes in terms of the merged ones.
    public Axes merge(Axes axes) {
        if (axes.isHost()) {
            return axes;
        }
        int mask = 0;
        for (int group = 0; group < groups.size(); group++) {
            if ((axes.mask() & groups.get(group)) != 0) {
                mask |= 1 << group;
            }
        }
        return new Axes(groups.size(), mask);
    }

    /// The sizes of the merged axes of a parameter.
    public Shape merge(Shape shape) {
        long[] sizes = new long[groups.size()];
        for (int group = 0; group < sizes.length; group++) {
            sizes[group] = shape.elements(new Axes(rank, groups.get(group)));
        }
        return Shape.of(sizes);
    }
}
