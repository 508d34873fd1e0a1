package dev.gradus.program;

import dev.gradus.expr.Clock;
import dev.gradus.expr.State;
import dev.gradus.tensor.Axes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The registers that hold a program's host scalars, one each: double precision, never used twice.
public final class ScalarRegisters {
    /// A register that is loaded from outside of the program's own code.
    public sealed interface Input {
        int register();
    }

    public record Literal(int register, double value) implements Input {}

    public record Hyperparameter(int register, String name) implements Input {}

    public record StepCount(int register, Clock clock) implements Input {}

    /// The number of elements over some axes, at least 1.
    public record Size(int register, Axes axes) implements Input {}

    /// A state with one number.
    public record StateNumber(int register, State state) implements Input {}

    private record Placed(Value value, int level) {}

    private final List<Placed> placed = new ArrayList<>();
    private final Map<Value, Integer> registers = new HashMap<>();

    int find(Value value) {
        return registers.getOrDefault(value, -1);
    }

    int of(Value value) {
        int register = find(value);
        if (register < 0) {
            throw new IllegalStateException(value.op + " has no register");
        }
        return register;
    }

    /// The operands of the value have their registers already.
    int add(Value value, int level) {
        registers.put(value, placed.size());
        placed.add(new Placed(value, level));
        return placed.size() - 1;
    }

    List<Value> values() {
        return placed.stream().map(Placed::value).toList();
    }

    List<Input> inputs() {
        List<Input> inputs = new ArrayList<>();
        for (int register = 0; register < placed.size(); register++) {
            Value value = placed.get(register).value;
            switch (value.op) {
                case CONSTANT -> inputs.add(new Literal(register, (Double) value.payloadOf()));
                case HYPER -> inputs.add(new Hyperparameter(register, (String) value.payloadOf()));
                case STEP -> inputs.add(new StepCount(register, (Clock) value.payloadOf()));
                case SIZE -> inputs.add(new Size(register, (Axes) value.payloadOf()));
                case SCALAR -> inputs.add(new StateNumber(register, (State) value.payloadOf()));
                default -> {}
            }
        }
        return List.copyOf(inputs);
    }

    /// The code of each level, 0 … end: that of level 0 depends on inputs only.
    HostCode.Instruction[][] code(int end) {
        HostCode.Instruction[][] code = new HostCode.Instruction[end + 1][];
        for (int level = 0; level <= end; level++) {
            List<HostCode.Instruction> instructions = new ArrayList<>();
            for (int register = 0; register < placed.size(); register++) {
                Value value = placed.get(register).value;
                if (placed.get(register).level == level && isComputed(value)) {
                    int[] args = new int[3];
                    for (int i = 0; i < value.args.size(); i++) {
                        args[i] = of(value.args.get(i));
                    }
                    instructions.add(new HostCode.Instruction(value.op, register, args[0], args[1], args[2]));
                }
            }
            code[level] = instructions.toArray(HostCode.Instruction[]::new);
        }
        return code;
    }

    private static boolean isComputed(Value value) {
        return !value.args.isEmpty() && value.op != Op.REDUCE && value.op != Op.TOTAL;
    }
}
