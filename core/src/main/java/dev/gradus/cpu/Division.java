package dev.gradus.cpu;

import dev.gradus.program.Pass;
import dev.gradus.program.Reduction;
import dev.gradus.program.Stage;
import java.util.List;

/// How the elements of a stage may be divided over threads.
enum Division {
    /// Not at all.
    WHOLE,
    /// Anywhere.
    ELEMENTS,
    /// In parts of [Reduction#PART] elements.
    PARTS,
    /// Between the parameter's rows, which are the elements of its outermost merged axis.
    ROWS,
    /// Where rows and parts begin.
    ROWS_AND_PARTS;

    static Division of(Stage stage, List<Pass> passes, List<Reduction> reductions) {
        if (stage.isJoined()) {
            boolean parts = stage.passes().stream().anyMatch(i -> passes.get(i).reducesToNumber(reductions));
            return parts ? ROWS_AND_PARTS : ROWS;
        }
        return stage.passes().isEmpty() ? WHOLE : of(passes.get(stage.passes().getFirst()), reductions);
    }

    private static Division of(Pass pass, List<Reduction> reductions) {
        if (!pass.isDivisible(reductions)) {
            return WHOLE;
        }
        if (pass.axes().rank() == 0) {
            return ELEMENTS;
        }
        boolean rows = !pass.isFull() || pass.reducesToElements(reductions);
        if (pass.reducesToNumber(reductions)) {
            return rows ? ROWS_AND_PARTS : PARTS;
        }
        return rows ? ROWS : ELEMENTS;
    }

    boolean isByRows() {
        return this == ROWS || this == ROWS_AND_PARTS;
    }
}
