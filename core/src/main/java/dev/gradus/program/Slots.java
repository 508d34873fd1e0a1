package dev.gradus.program;

import dev.gradus.expr.Clock;
import dev.gradus.expr.State;
import dev.gradus.tensor.Axes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The numbers of the host that a program computes with, each in its slot.
public final class Slots {
    /// A slot that is filled from outside of the program's own code.
    public sealed interface Leaf {
        int slot();
    }

    public record Literal(int slot, double value) implements Leaf {}

    public record HyperSlot(int slot, String name) implements Leaf {}

    public record StepSlot(int slot, Clock clock) implements Leaf {}

    public record SizeSlot(int slot, Axes axes) implements Leaf {}

    public record NumberSlot(int slot, State state) implements Leaf {}

    private record Placed(Value value, int level) {}

    private final List<Placed> placed = new ArrayList<>();
    private final Map<Value, Integer> slots = new HashMap<>();

    int find(Value value) {
        return slots.getOrDefault(value, -1);
    }

    int of(Value value) {
        int slot = find(value);
        if (slot < 0) {
            throw new IllegalStateException(value.op + " has no slot");
        }
        return slot;
    }

    /// The operands of the value have their slots already.
    int add(Value value, int level) {
        slots.put(value, placed.size());
        placed.add(new Placed(value, level));
        return placed.size() - 1;
    }

    List<Value> values() {
        return placed.stream().map(Placed::value).toList();
    }

    List<Leaf> leaves() {
        List<Leaf> leaves = new ArrayList<>();
        for (int slot = 0; slot < placed.size(); slot++) {
            Value value = placed.get(slot).value;
            switch (value.op) {
                case CONSTANT -> leaves.add(new Literal(slot, (Double) value.payloadOf()));
                case HYPER -> leaves.add(new HyperSlot(slot, (String) value.payloadOf()));
                case STEP -> leaves.add(new StepSlot(slot, (Clock) value.payloadOf()));
                case SIZE -> leaves.add(new SizeSlot(slot, (Axes) value.payloadOf()));
                case SCALAR -> leaves.add(new NumberSlot(slot, (State) value.payloadOf()));
                default -> {}
            }
        }
        return List.copyOf(leaves);
    }

    /// The code of each level, 0 … end.
    HostCode.Instruction[][] code(int end) {
        HostCode.Instruction[][] code = new HostCode.Instruction[end + 1][];
        for (int level = 0; level <= end; level++) {
            List<HostCode.Instruction> instructions = new ArrayList<>();
            for (int slot = 0; slot < placed.size(); slot++) {
                Value value = placed.get(slot).value;
                if (placed.get(slot).level == level && isComputed(value)) {
                    int[] args = new int[3];
                    for (int i = 0; i < value.args.size(); i++) {
                        args[i] = of(value.args.get(i));
                    }
                    instructions.add(new HostCode.Instruction(value.op, slot, args[0], args[1], args[2]));
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
