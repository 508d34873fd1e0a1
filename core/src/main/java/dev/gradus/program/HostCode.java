package dev.gradus.program;

import dev.gradus.numeric.Power;

/// Code on numbers of the host: double precision, elementary functions of `StrictMath`, but for [Power].
public final class HostCode {
    /// `slots[target] = op(slots[a], slots[b], slots[c])`; unused operands are 0.
    public record Instruction(Op op, int target, int a, int b, int c) {}

    private HostCode() {}

    /// Runs code on the slots.
    public static void run(Instruction[] code, double[] slots, Power power) {
        for (Instruction i : code) {
            slots[i.target] = i.op == Op.POWER
                    ? power.of(slots[i.a], slots[i.b])
                    : i.op.apply(slots[i.a], slots[i.b], slots[i.c]);
        }
    }
}
