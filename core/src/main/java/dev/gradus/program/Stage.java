package dev.gradus.program;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/// Passes that need nothing from outside between them. Before a stage, everything of earlier ones is complete.
///
/// A stage usually is one pass. Where nothing but rows is reduced, it goes on over several levels: rows can be taken
/// through all of its passes while they are in a cache.
///
/// @param level the first level
/// @param passes the indexes of the passes, in order
/// @param isFirst whether the level begins with this stage, so that host scalars are computed before it
public record Stage(int level, List<Integer> passes, boolean isFirst) {
    /// Whether its passes can run one after the other for some rows at a time.
    public boolean isJoined() {
        return passes.size() > 1;
    }

    /// The stages of a variant, in order.
    ///
    /// @param end the last level
    /// @param isBarrier whether a level begins with something that all elements have to be complete for
    static List<Stage> of(int end, List<Pass> passes, List<Reduction> reductions, IntPredicate isBarrier) {
        List<Stage> stages = new ArrayList<>();
        int level = 0;
        while (level <= end) {
            List<Integer> group = passesOf(level, passes);
            int next = level + 1;
            if (goByRows(group, passes, reductions)) {
                while (next <= end && !isBarrier.test(next) && goByRows(passesOf(next, passes), passes, reductions)) {
                    group.addAll(passesOf(next, passes));
                    next++;
                }
            }
            if (next > level + 1 || group.isEmpty()) {
                stages.add(new Stage(level, List.copyOf(group), true));
            } else {
                for (int i = 0; i < group.size(); i++) {
                    stages.add(new Stage(level, List.of(group.get(i)), i == 0));
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

    private static boolean goByRows(List<Integer> group, List<Pass> passes, List<Reduction> reductions) {
        return !group.isEmpty()
                && group.stream()
                        .map(passes::get)
                        .allMatch(pass -> pass.axes().rank() > 1 && pass.isDivisible(reductions));
    }
}
