package dev.gradus.program;

import dev.gradus.expr.State;
import dev.gradus.expr.TensorFunction;
import dev.gradus.program.ScalarRegisters.Input;
import dev.gradus.program.Value.TotalKey;
import java.util.List;
import java.util.Map;

/// A program for one outcome of the conditions that are decided before the step: passes over memory, and code on
/// host scalars before, between and after them.
///
/// Host code is told apart by data flow. Early code depends on inputs only: it runs once before the step, on the
/// host. Late code depends on a reduction or a total of its level. In every rule of the catalogue it consists of
/// basic operations, square root, comparisons, minimum, maximum and selection, which any device computes with the
/// same bits, so that no step has to wait for a reduction. A rule may use other functions late; they are computed on
/// the host, for which a device has to wait.
///
/// @param merged how the parameter's axes appear in the passes
/// @param end the last level
/// @param takesPlace whether the step may take place
/// @param commit the register of the condition for all writes, or −1
/// @param commitLevel the level at which the condition is known; only `regardless` states are written before
/// @param operands the tensors that passes load and store
/// @param transforms functions of whole tensors that are computed between passes
/// @param passes in the order in which they run
/// @param reduces the reductions of each pass, in the order of its code
/// @param stages the passes again, cut where everything before has to be complete
/// @param early the host code that depends on inputs only
/// @param late the host code at the beginning of each level that depends on a reduction or a total; none at level 0
/// @param inputs the registers that are loaded from outside
/// @param totals the host scalars that are combined with other parameters
/// @param numbers the registers of the new values of states with one number
/// @param regardless the states that are written even if the step does not take place
/// @param metrics the registers of the metrics
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
        HostCode.Instruction[] early,
        HostCode.Instruction[][] late,
        List<Input> inputs,
        List<Total> totals,
        Map<State, Integer> numbers,
        List<State> regardless,
        int[] metrics) {

    /// A number combined over parameters: `operand` is contributed once its level has run, `register`
    /// must be filled before `level` begins.
    public record Total(TotalKey key, int operand, int register, int level) {}

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

    /// The host code at the beginning of a level: early code at level 0, late code at all others.
    public HostCode.Instruction[] hostCode(int level) {
        return level == 0 ? early : late[level];
    }

    /// The number of scalar registers.
    public int registers() {
        int registers = inputs.size() + totals.size() + early.length;
        for (HostCode.Instruction[] level : late) {
            registers += level.length;
        }
        for (Reduction reduction : reductions) {
            registers += reduction.kept().isHost() ? 1 : 0;
        }
        return registers;
    }
}
