package dev.gradus.program;

import dev.gradus.numeric.Power;

/// Code on host scalars: double precision, elementary functions of `StrictMath`, but for [Power].
public final class HostCode {
    /// `registers[target] = op(registers[a], registers[b], registers[c])`; unused operands are 0.
    public record Instruction(Op op, int target, int a, int b, int c) {}

    private HostCode() {}

    /// Runs code on scalar registers.
    public static void run(Instruction[] code, double[] registers, Power power) {
        for (Instruction i : code) {
            registers[i.target] = i.op == Op.POWER
                    ? power.of(registers[i.a], registers[i.b])
                    : i.op.apply(registers[i.a], registers[i.b], registers[i.c]);
        }
    }
}
