package dev.gradus;

import dev.gradus.cpu.Task;
import dev.gradus.cpu.WorkerPool;
import dev.gradus.expr.Expr.Reduction;
import dev.gradus.program.Value.TotalKey;
import dev.gradus.program.Variant.Total;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/// Numbers that links combine over all their parameters in a step, always in the order of the parameters'
/// names, and the running of steps that wait for them.
final class CrossReductions {
    /// One such number while it is being combined.
    private static final class Cell {
        final Reduction reduction;
        final double[] contributions;
        final boolean[] contributed;
        int expected;
        int arrived;
        double value;

        Cell(Reduction reduction, int members) {
            this.reduction = reduction;
            this.contributions = new double[members];
            this.contributed = new boolean[members];
        }

        void contribute(int ordinal, double number) {
            contributions[ordinal] = number;
            contributed[ordinal] = true;
            if (++arrived == expected) {
                value = reduction == Reduction.MAX ? Double.NEGATIVE_INFINITY : 0;
                for (int i = 0; i < contributions.length; i++) {
                    if (contributed[i]) {
                        value = reduction == Reduction.MAX
                                ? Math.max(value, contributions[i])
                                : value + contributions[i];
                    }
                }
            }
        }

        void reset() {
            Arrays.fill(contributed, false);
            expected = 0;
            arrived = 0;
        }
    }

    /// Which program of a member to run.
    interface Programs {
        Task of(TrainedParameter member);
    }

    private final Cell[] all;

    /// The cells of each member's totals, by ordinal, variant and position.
    private final Cell[][][] places;

    private final Task[] ready;
    private final int[] ordinals;

    /// @param executions of all members, by ordinal
    CrossReductions(List<Task> executions) {
        Map<TotalKey, Cell> cells = new HashMap<>();
        ready = new Task[executions.size()];
        ordinals = new int[executions.size()];
        places = new Cell[executions.size()][][];
        for (int ordinal = 0; ordinal < places.length; ordinal++) {
            Task execution = executions.get(ordinal);
            places[ordinal] = new Cell[execution.variants()][];
            for (int variant = 0; variant < execution.variants(); variant++) {
                places[ordinal][variant] = execution.totals(variant).stream()
                        .map(total ->
                                cells.computeIfAbsent(total.key(), key -> new Cell(key.reduction(), executions.size())))
                        .toArray(Cell[]::new);
            }
        }
        all = cells.values().toArray(Cell[]::new);
    }

    /// Runs a program of each active member, side by side where they do not wait for each other's totals. Where one
    /// fails, all others go on that need no total of it.
    ///
    /// @param members all of them, by ordinal
    void run(TrainedParameter[] members, Programs programs, WorkerPool team) {
        for (int i = 0; i < all.length; i++) {
            all[i].reset();
        }
        int open = 0;
        for (TrainedParameter member : members) {
            if (member.active) {
                Task execution = programs.of(member);
                member.begin(execution, team);
                expect(member.ordinal, execution);
                open++;
            }
        }
        while (open > 0) {
            int count = 0;
            for (TrainedParameter member : members) {
                if (member.active) {
                    Task execution = programs.of(member);
                    if (isGoingOn(execution) && fill(member.ordinal, execution)) {
                        ordinals[count] = member.ordinal;
                        ready[count++] = execution;
                    }
                }
            }
            if (count == 0) {
                return;
            }
            team.advance(ready, count);
            for (int i = 0; i < count; i++) {
                contribute(ordinals[i], ready[i]);
                open -= isGoingOn(ready[i]) ? 0 : 1;
            }
        }
    }

    private static boolean isGoingOn(Task execution) {
        return !execution.isComplete() && execution.failure() == null;
    }

    /// Takes note that a member, whose step has begun, will contribute.
    private void expect(int ordinal, Task execution) {
        Cell[] own = places[ordinal][execution.variant()];
        for (int i = 0; i < own.length; i++) {
            own[i].expected++;
        }
    }

    /// Fills what the next level of a member's step needs, if all of it is known by now.
    private boolean fill(int ordinal, Task execution) {
        Cell[] own = places[ordinal][execution.variant()];
        List<Total> totals = execution.totals();
        for (int i = 0; i < own.length; i++) {
            if (totals.get(i).level() == execution.level()) {
                if (own[i].arrived < own[i].expected) {
                    return false;
                }
                execution.fill(totals.get(i), own[i].value);
            }
        }
        return true;
    }

    /// Takes what a member contributes after the level that it has just completed; one that has failed is at a level
    /// of which it has contributed.
    private void contribute(int ordinal, Task execution) {
        Cell[] own = places[ordinal][execution.variant()];
        List<Total> totals = execution.totals();
        for (int i = 0; i < own.length; i++) {
            if (totals.get(i).level() == execution.level()) {
                own[i].contribute(ordinal, execution.contribution(totals.get(i)));
            }
        }
    }

    /// The totals of the variant that has most.
    private static List<Total> most(Task execution) {
        return IntStream.range(0, execution.variants())
                .mapToObj(execution::totals)
                .max(Comparator.comparingInt(List::size))
                .orElseThrow();
    }

    /// Plays through the waiting of all members for each other.
    ///
    /// @throws IllegalArgumentException if some would wait for ever, because groups share links in opposite orders
    static void requireProgress(List<TrainedParameter> members, List<Task> executions) {
        int[] levels = new int[members.size()];
        Map<TotalKey, Integer> missing = new HashMap<>();
        List<List<Total>> waited = executions.stream().map(CrossReductions::most).toList();
        waited.forEach(totals -> totals.forEach(total -> missing.merge(total.key(), 1, Integer::sum)));
        boolean progress = true;
        while (progress) {
            progress = false;
            for (int i = 0; i < levels.length; i++) {
                List<Total> totals = waited.get(i);
                int next = levels[i] + 1;
                boolean more = totals.stream().anyMatch(total -> total.level() >= next);
                int level = levels[i];
                boolean ready = totals.stream()
                        .noneMatch(total ->
                                total.level() == level && Objects.requireNonNull(missing.get(total.key())) > 0);
                if (more && ready) {
                    totals.stream()
                            .filter(total -> total.level() == next)
                            .forEach(total -> missing.merge(total.key(), -1, Integer::sum));
                    levels[i]++;
                    progress = true;
                }
            }
        }
        for (int i = 0; i < levels.length; i++) {
            int level = levels[i];
            if (waited.get(i).stream().anyMatch(t -> t.level() > level)) {
                throw new IllegalArgumentException("group \"" + members.get(i).group.name
                        + "\" and another reduce over all parameters in opposite orders, so that each waits for the other:"
                        + " put the links that they share in one order");
            }
        }
    }
}
