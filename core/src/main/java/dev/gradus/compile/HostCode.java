package dev.gradus.compile;

import java.util.IdentityHashMap;
import java.util.Map;

/// Code on numbers of the host: double precision, elementary functions of `StrictMath`, but for [Power].
final class HostCode {
    /// `slots[target] = op(slots[a], slots[b], slots[c])`; unused operands are 0.
    record Instruction(Op op, int target, int a, int b, int c) {}

    /// What each code gave last, for parameters that give it the same numbers: most do in a step.
    static final class Recollection {
        private final Map<Instruction[], double[]> slots = new IdentityHashMap<>();
    }

    private HostCode() {}

    /// Runs code that depends on its inputs alone, or recalls what it gave for the same ones.
    static void run(Instruction[] code, Inputs inputs, double[] slots, Power power, Recollection last) {
        double[] recalled = last.slots.get(code);
        if (recalled == null) {
            run(code, slots, power);
            last.slots.put(code, slots.clone());
        } else if (inputs.areIn(recalled)) {
            System.arraycopy(recalled, 0, slots, 0, slots.length);
        } else {
            run(code, slots, power);
            System.arraycopy(slots, 0, recalled, 0, slots.length);
        }
    }

    static void run(Instruction[] code, double[] slots, Power power) {
        for (Instruction i : code) {
            slots[i.target] = i.op == Op.POWER
                    ? power.of(slots[i.a], slots[i.b])
                    : i.op.apply(slots[i.a], slots[i.b], slots[i.c]);
        }
    }
}
