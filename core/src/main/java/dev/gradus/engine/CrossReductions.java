package dev.gradus.engine;

import dev.gradus.expr.Expr.Reduction;
import dev.gradus.program.Value.TotalKey;
import dev.gradus.program.Variant;
import dev.gradus.program.Variant.Total;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The numbers that links combine over all their parameters in a step, always in the order of the parameters'
/// names.
///
/// Parameters are addressed by ordinal, their place in that order. A task may begin a level once [#fill] has
/// filled the totals that the level needs; after the level before it, the task must [#contribute].
public final class CrossReductions {
    private static final Place[] NONE = {};

    /// One total while it is being combined.
    private static final class Cell {
        private final Reduction reduction;
        private double[] contributions = {};
        private boolean[] contributed = {};
        private int expected;
        private int arrived;
        private double value;

        /// The number of parameters that may contribute, and the last of them.
        private int users;

        private int lastUser = -1;

        Cell(Reduction reduction) {
            this.reduction = reduction;
        }

        /// The position of a parameter's contribution; ordinals come in ascending order.
        int positionOf(int ordinal) {
            if (lastUser != ordinal) {
                lastUser = ordinal;
                users++;
            }
            return users - 1;
        }

        void allocate() {
            contributions = new double[users];
            contributed = new boolean[users];
        }

        void contribute(int position, double number) {
            contributions[position] = number;
            contributed[position] = true;
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

    /// Where a parameter contributes to a total.
    private record Place(Cell cell, int position) {}

    private final Cell[] all;

    /// The places of each parameter's totals, by ordinal, variant and position.
    private final Place[][][] places;

    /// @param programs the variants that each parameter may run, by ordinal; none where it runs nothing
    public CrossReductions(List<List<Variant>> programs) {
        Map<TotalKey, Cell> cells = new HashMap<>();
        places = new Place[programs.size()][][];
        for (int i = 0; i < places.length; i++) {
            int ordinal = i;
            places[ordinal] = programs.get(ordinal).stream()
                    .map(variant -> variant.totals().isEmpty()
                            ? NONE
                            : variant.totals().stream()
                                    .map(total -> placeOf(total.key(), ordinal, cells))
                                    .toArray(Place[]::new))
                    .toArray(Place[][]::new);
        }
        all = cells.values().toArray(Cell[]::new);
        for (Cell cell : all) {
            cell.allocate();
        }
    }

    private static Place placeOf(TotalKey key, int ordinal, Map<TotalKey, Cell> cells) {
        Cell cell = cells.computeIfAbsent(key, k -> new Cell(k.reduction()));
        return new Place(cell, cell.positionOf(ordinal));
    }

    /// Begins a step, to which no parameter contributes yet.
    public void begin() {
        for (int i = 0; i < all.length; i++) {
            all[i].reset();
        }
    }

    /// Makes the step's totals wait for a parameter, whose task has begun.
    public void expect(int ordinal, TaskStatus task) {
        Place[] own = places[ordinal][task.variant()];
        for (int i = 0; i < own.length; i++) {
            own[i].cell.expected++;
        }
    }

    /// Fills the totals that the next level of a task needs.
    ///
    /// @return whether all of them are known; the level must not run before
    public boolean fill(int ordinal, TaskStatus task) {
        Place[] own = places[ordinal][task.variant()];
        List<Total> totals = task.totals();
        for (int i = 0; i < own.length; i++) {
            if (totals.get(i).level() == task.level()) {
                Cell cell = own[i].cell;
                if (cell.arrived < cell.expected) {
                    return false;
                }
                task.fill(totals.get(i), cell.value);
            }
        }
        return true;
    }

    /// Collects what a task contributes to the totals that its next level needs. A task that has failed is at a
    /// level to whose totals it has contributed.
    public void contribute(int ordinal, TaskStatus task) {
        Place[] own = places[ordinal][task.variant()];
        List<Total> totals = task.totals();
        for (int i = 0; i < own.length; i++) {
            if (totals.get(i).level() == task.level()) {
                own[i].cell.contribute(own[i].position, task.contribution(totals.get(i)));
            }
        }
    }
}
