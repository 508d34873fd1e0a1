package dev.gradus;

import dev.gradus.engine.ReductionOrder;
import dev.gradus.program.Program;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The different orders in which parameters need the numbers that links combine over them. There are few,
/// however many parameters there are.
final class ReductionOrders {
    /// How many parameters have each order.
    private final Map<ReductionOrder, Integer> parameters = new HashMap<>();

    /// Adds a parameter that runs a program.
    ///
    /// @return whether its order is new
    boolean add(Program program) {
        ReductionOrder order = ReductionOrder.of(program);
        return !order.isEmpty() && parameters.merge(order, 1, Integer::sum) == 1;
    }

    /// Removes a parameter that ran a program.
    void remove(Program program) {
        parameters.computeIfPresent(ReductionOrder.of(program), (order, users) -> users == 1 ? null : users - 1);
    }

    void clear() {
        parameters.clear();
    }

    /// The orders of parameters that would wait for each other for ever.
    Set<ReductionOrder> stuck() {
        return ReductionOrder.stuck(List.copyOf(parameters.keySet()));
    }
}
