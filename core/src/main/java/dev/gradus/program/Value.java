package dev.gradus.program;

import dev.gradus.expr.Expr.Reduction;
import dev.gradus.tensor.Axes;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A node of the normalised graph: equal nodes of one [Graph] are the same object.
public final class Value {
    /// What a [Op#TOTAL] sums over: the links that share it and which of their totals it is.
    public record TotalKey(Object link, int index, Reduction reduction) {}

    /// How a [Op#REDUCE] combines.
    record ReduceKey(Reduction reduction, Axes kept) {}

    final int id;
    final Op op;
    final @Nullable Object payload;
    final Axes axes;
    final List<Value> args;

    /// Whether it is an early host scalar: it depends on no reduction and no total.
    final boolean isEarly;

    Value(int id, Op op, @Nullable Object payload, Axes axes, List<Value> args) {
        this.id = id;
        this.op = op;
        this.payload = payload;
        this.axes = axes;
        this.args = args;
        this.isEarly = axes.isHost()
                && op != Op.REDUCE
                && op != Op.TOTAL
                && args.stream().allMatch(a -> a.isEarly);
    }

    /// Visits values and everything that they are computed from, each once.
    static void visit(Collection<Value> from, Consumer<Value> visitor) {
        Set<Value> seen = new HashSet<>(from);
        Deque<Value> open = new ArrayDeque<>(seen);
        while (!open.isEmpty()) {
            Value value = open.pop();
            visitor.accept(value);
            value.args.stream().filter(seen::add).forEach(open::push);
        }
    }

    boolean isHost() {
        return axes.isHost();
    }

    boolean isConstant(double value) {
        return op == Op.CONSTANT && (Double) payloadOf() == value;
    }

    Object payloadOf() {
        if (payload == null) {
            throw new IllegalStateException(op + " carries nothing");
        }
        return payload;
    }
}
