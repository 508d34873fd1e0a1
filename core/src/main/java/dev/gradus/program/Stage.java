package dev.gradus.program;

import dev.gradus.program.Variant.Total;
import dev.gradus.tensor.Axes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Passes that threads may run side by side on different elements of a parameter. Between stages all threads
/// wait for each other.
///
/// Where nothing but rows is reduced, a stage goes on over several levels: a thread takes some rows through all
/// of its passes while they are in its cache.
///
/// @param level the first level
/// @param passes in order
/// @param isFirst whether the level begins with this stage, so that numbers of the host are computed before it
/// @param division how elements may be distributed over threads
public record Stage(int level, List<Integer> passes, boolean isFirst, Division division) {
    /// How the elements of a stage may be distributed over threads.
    public enum Division {
        /// Not at all.
        WHOLE,
        /// Anywhere.
        ELEMENTS,
        /// In parts of [Reduction#PART] elements.
        PARTS,
        /// Between the parameter's rows, which are the elements of its outermost merged axis.
        ROWS,
        /// Where rows and parts begin.
        ROWS_AND_PARTS
    }

    /// The stages of a variant, in order.
    static List<Stage> of(
            int end,
            List<Pass> passes,
            List<Reduction> reductions,
            List<Variant.Transform> transforms,
            HostCode.Instruction[][] code,
            List<Total> totals,
            int commitLevel) {
        List<Stage> stages = new ArrayList<>();
        int level = 0;
        while (level <= end) {
            List<Integer> group = passesOf(level, passes);
            int next = level + 1;
            if (areByRows(group, passes, reductions)) {
                while (next <= end && joins(next, passes, reductions, transforms, code, totals, commitLevel)) {
                    group.addAll(passesOf(next, passes));
                    next++;
                }
            }
            if (next > level + 1) {
                boolean parts = group.stream().anyMatch(i -> reducesToNumber(passes.get(i), reductions));
                stages.add(new Stage(level, List.copyOf(group), true, parts ? Division.ROWS_AND_PARTS : Division.ROWS));
            } else if (group.isEmpty()) {
                stages.add(new Stage(level, List.of(), true, Division.WHOLE));
            } else {
                for (int i = 0; i < group.size(); i++) {
                    stages.add(new Stage(
                            level, List.of(group.get(i)), i == 0, division(passes.get(group.get(i)), reductions)));
                }
            }
            level = next;
        }
        return List.copyOf(stages);
    }

    private static List<Integer> passesOf(int level, List<Pass> passes) {
        List<Integer> group = new ArrayList<>();
        for (int i = 0; i < passes.size(); i++) {
            if (passes.get(i).level() == level) {
                group.add(i);
            }
        }
        return group;
    }

    private static boolean areByRows(List<Integer> group, List<Pass> passes, List<Reduction> reductions) {
        return !group.isEmpty()
                && group.stream().allMatch(i -> switch (division(passes.get(i), reductions)) {
                    case WHOLE -> false;
                    case ELEMENTS, PARTS, ROWS, ROWS_AND_PARTS ->
                        passes.get(i).axes().rank() > 1;
                });
    }

    /// Whether a level can follow the one before it row by row.
    private static boolean joins(
            int level,
            List<Pass> passes,
            List<Reduction> reductions,
            List<Variant.Transform> transforms,
            HostCode.Instruction[][] code,
            List<Total> totals,
            int commitLevel) {
        return code[level].length == 0
                && level != commitLevel
                && totals.stream().noneMatch(total -> total.level() == level)
                && transforms.stream().noneMatch(transform -> transform.level() == level)
                && areByRows(passesOf(level, passes), passes, reductions);
    }

    private static Division division(Pass pass, List<Reduction> reductions) {
        boolean rows = !pass.isFull();
        if (!pass.axes().contains(0)) {
            return pass.isFull() && pass.axes().rank() == 0 ? Division.ELEMENTS : Division.WHOLE;
        }
        for (Pass.Instruction in : pass.code()) {
            if (in.op() == Op.REDUCE) {
                Axes kept = reductions.get(in.target()).kept();
                if (!kept.isHost() && !isPrefix(kept, pass.axes())) {
                    return Division.WHOLE;
                }
                rows |= !kept.isHost();
            }
        }
        if (reducesToNumber(pass, reductions)) {
            return rows ? Division.ROWS_AND_PARTS : Division.PARTS;
        }
        return rows ? Division.ROWS : Division.ELEMENTS;
    }

    /// Whether the kept axes are outside of all that are reduced.
    private static boolean isPrefix(Axes kept, Axes of) {
        boolean isReduced = false;
        for (int axis : of.toList()) {
            if (kept.contains(axis) && isReduced) {
                return false;
            }
            isReduced |= !kept.contains(axis);
        }
        return kept.contains(0);
    }

    /// Whether a pass reduces anything to a number.
    public static boolean reducesToNumber(Pass pass, List<Reduction> reductions) {
        return Arrays.stream(pass.reductions())
                .anyMatch(reduction -> reductions.get(reduction).kept().isHost());
    }
}
