package dev.gradus.program;

import dev.gradus.expr.State;
import dev.gradus.expr.TensorFunction;
import dev.gradus.program.Slots.Leaf;
import dev.gradus.program.Value.TotalKey;
import java.util.List;
import java.util.Map;

/// A program for one outcome of the conditions that are decided before the step: passes over memory, and the
/// code for numbers of the host before, between and after them.
///
/// @param merged how the parameter's axes appear in the passes
/// @param end the last level
/// @param takesPlace whether the step may take place
/// @param commit the slot of the condition for all writes, or −1
/// @param commitLevel the level at which the condition is known; nothing else than `regardless` is written before
/// @param operands what passes load and store
/// @param transforms functions of whole tensors that are computed between passes
/// @param passes in the order in which they run
/// @param reduces the reductions of each pass, in the order of its code
/// @param stages what threads do between waiting for each other
/// @param code what is computed at the beginning of each level
/// @param leaves the slots that are filled from outside
/// @param totals what is combined with other parameters
/// @param numbers the slots of what states with one number become
/// @param regardless the states that are written even if the step does not take place
/// @param metrics the slots of what is to be known after the step
public record Variant(
        MergedAxes merged,
        int end,
        boolean takesPlace,
        int commit,
        int commitLevel,
        List<Operand> operands,
        List<Reduction> reductions,
        List<Transform> transforms,
        List<Pass> passes,
        int[][] reduces,
        List<Stage> stages,
        HostCode.Instruction[][] code,
        List<Leaf> leaves,
        List<Total> totals,
        Map<State, Integer> numbers,
        List<State> regardless,
        int[] metrics) {

    /// A number combined over parameters: `operand` is contributed once its level has run, `slot` must be
    /// filled before `level` begins.
    public record Total(TotalKey key, int operand, int slot, int level) {}

    /// A function of a whole tensor, computed when a level begins.
    ///
    /// @param from the scratch operand that it is given
    /// @param to the scratch operand that takes the result
    public record Transform(int level, TensorFunction function, int from, int to) {}

    /// Whether passes leave each other values of the parameter's own shape, from one stage to a later one.
    public boolean keepsScratch() {
        return stages.size() > 1 && operands.stream().anyMatch(Operand::isFullScratch);
    }

    /// Whether a stage writes to the parameter or its states.
    public boolean writes(Stage stage) {
        return stage.passes().stream()
                .flatMap(pass -> passes.get(pass).code().stream())
                .anyMatch(in -> in.op() == Op.STORE && operands.get(in.target()).isKept());
    }

    public int slots() {
        int slots = leaves.size() + totals.size();
        for (HostCode.Instruction[] level : code) {
            slots += level.length;
        }
        for (Reduction reduction : reductions) {
            slots += reduction.kept().isHost() ? 1 : 0;
        }
        return slots;
    }
}
