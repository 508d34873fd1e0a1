package dev.gradus.program;

import dev.gradus.tensor.Axes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Makes values, each one once, and folds literals.
final class Graph {
    private record Key(Op op, @Nullable Object payload, Axes axes, List<Integer> args) {}

    private final Map<Key, Value> values = new HashMap<>();

    Value constant(double value) {
        return leaf(Op.CONSTANT, value, Axes.HOST);
    }

    Value leaf(Op op, @Nullable Object payload, Axes axes) {
        return make(op, payload, axes, List.of());
    }

    /// An element-wise operation.
    Value apply(Op op, Value... args) {
        Axes axes = Axes.HOST;
        for (Value arg : args) {
            axes = axes.union(arg.axes);
        }
        return apply(op, axes, List.of(args));
    }

    private Value apply(Op op, Axes axes, List<Value> args) {
        if (axes.isHost() && args.stream().allMatch(a -> a.op == Op.CONSTANT)) {
            double[] x = args.stream().mapToDouble(a -> (Double) a.payloadOf()).toArray();
            return constant(op.apply(x[0], x[x.length > 1 ? 1 : 0], x[x.length > 2 ? 2 : 0]));
        }
        if ((op == Op.MULTIPLY || op == Op.DIVIDE) && args.get(1).isConstant(1)) {
            return args.get(0);
        }
        if (op == Op.MULTIPLY && args.get(0).isConstant(1)) {
            return args.get(1);
        }
        return make(op, null, axes, args);
    }

    Value make(Op op, @Nullable Object payload, Axes axes, List<Value> args) {
        List<Integer> ids = new ArrayList<>(args.size());
        for (Value arg : args) {
            ids.add(arg.id);
        }
        Key key = new Key(op, payload, axes, ids);
        Value known = values.get(key);
        if (known == null) {
            known = new Value(values.size(), op, payload, axes, args);
            values.put(key, known);
        }
        return known;
    }
}
