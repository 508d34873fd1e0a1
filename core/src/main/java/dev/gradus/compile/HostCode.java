package dev.gradus.compile;

import org.jspecify.annotations.Nullable;

/// Code on numbers of the host: double precision, elementary functions of `StrictMath`, but for [Power].
final class HostCode {
    /// `slots[target] = op(slots[a], slots[b], slots[c])`; unused operands are 0.
    record Instruction(Op op, int target, int a, int b, int c) {}

    /// The last run of code, for parameters that give it the same numbers: most do in a step.
    static final class Recollection {
        private Instruction @Nullable [] code;
        private double[] slots = {};
    }

    private HostCode() {}

    /// Runs code that depends on its inputs alone, or recalls what it gave for the same ones.
    static void run(Instruction[] code, Inputs inputs, double[] slots, Power power, Recollection last) {
        if (last.code == code && inputs.areIn(last.slots)) {
            System.arraycopy(last.slots, 0, slots, 0, slots.length);
            return;
        }
        run(code, slots, power);
        last.code = code;
        last.slots = last.slots.length == slots.length ? last.slots : new double[slots.length];
        System.arraycopy(slots, 0, last.slots, 0, slots.length);
    }

    static void run(Instruction[] code, double[] slots, Power power) {
        for (Instruction i : code) {
            slots[i.target] = i.op == Op.POWER
                    ? power.of(slots[i.a], slots[i.b])
                    : i.op.apply(slots[i.a], slots[i.b], slots[i.c]);
        }
    }
}
