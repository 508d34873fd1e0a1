package dev.gradus.engine;

import dev.gradus.program.Program;
import dev.gradus.program.Value.TotalKey;
import dev.gradus.program.Variant;
import dev.gradus.program.Variant.Total;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// The order in which a program needs numbers that are combined over parameters. Programs that need some of
/// them in opposite orders wait for each other for ever.
///
/// @param totals of the variant that has most
public record ReductionOrder(List<Total> totals) {
    public ReductionOrder {
        totals = List.copyOf(totals);
    }

    public static ReductionOrder of(Program program) {
        return new ReductionOrder(program.variants().stream()
                .map(Variant::totals)
                .max(Comparator.comparingInt(List::size))
                .orElseThrow());
    }

    /// Whether the program depends on one parameter alone.
    public boolean isEmpty() {
        return totals.isEmpty();
    }

    private boolean goesBeyond(int level) {
        return totals.stream().anyMatch(total -> total.level() > level);
    }

    /// Plays through the waiting of programs for each other.
    ///
    /// @param orders of all programs, each of them once
    /// @return the orders of programs that would wait for ever
    public static Set<ReductionOrder> stuck(List<ReductionOrder> orders) {
        int[] levels = new int[orders.size()];
        Map<TotalKey, Integer> missing = new HashMap<>();
        orders.forEach(order -> order.totals.forEach(total -> missing.merge(total.key(), 1, Integer::sum)));
        boolean progress = true;
        while (progress) {
            progress = false;
            for (int i = 0; i < levels.length; i++) {
                List<Total> totals = orders.get(i).totals;
                int level = levels[i];
                boolean ready = totals.stream()
                        .noneMatch(total ->
                                total.level() == level && Objects.requireNonNull(missing.get(total.key())) > 0);
                if (ready && orders.get(i).goesBeyond(level)) {
                    totals.stream()
                            .filter(total -> total.level() == level + 1)
                            .forEach(total -> missing.merge(total.key(), -1, Integer::sum));
                    levels[i]++;
                    progress = true;
                }
            }
        }
        return IntStream.range(0, levels.length)
                .filter(i -> orders.get(i).goesBeyond(levels[i]))
                .mapToObj(orders::get)
                .collect(Collectors.toUnmodifiableSet());
    }
}
