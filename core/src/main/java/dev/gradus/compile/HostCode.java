package dev.gradus.compile;

/// Code on numbers of the host: double precision, elementary functions of `StrictMath`.
final class HostCode {
    /// `slots[target] = op(slots[a], slots[b], slots[c])`; unused operands are 0.
    record Instruction(Op op, int target, int a, int b, int c) {}

    private HostCode() {}

    static void run(Instruction[] code, double[] slots) {
        for (Instruction i : code) {
            slots[i.target] = i.op.apply(slots[i.a], slots[i.b], slots[i.c]);
        }
    }
}
