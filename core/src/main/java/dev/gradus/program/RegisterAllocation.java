package dev.gradus.program;

import dev.gradus.program.Pass.Instruction;
import dev.gradus.tensor.Axes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// Gives the values of a pass as few block registers as their lifetimes allow.
final class RegisterAllocation {
    private RegisterAllocation() {}

    /// @param code straight-line code in which every target is a register of its own
    static Pass allocate(int level, Axes axes, List<Instruction> code) {
        Map<Integer, Integer> lastUse = new HashMap<>();
        for (int i = 0; i < code.size(); i++) {
            for (int k = 0; k < code.get(i).registersRead(); k++) {
                lastUse.put(code.get(i).source(k), i);
            }
        }
        Map<Integer, Integer> assigned = new HashMap<>();
        Deque<Integer> free = new ArrayDeque<>();
        List<Instruction> result = new ArrayList<>();
        int registers = 0;
        for (int i = 0; i < code.size(); i++) {
            Instruction in = code.get(i);
            int[] sources = {in.a(), in.b(), in.c()};
            for (int k = 0; k < in.registersRead(); k++) {
                sources[k] = Objects.requireNonNull(assigned.get(in.source(k)));
            }
            for (int k = 0; k < in.registersRead(); k++) {
                boolean repeated = k > 0 && in.source(k) == in.source(k - 1) || k == 2 && in.source(2) == in.source(0);
                if (Objects.requireNonNull(lastUse.get(in.source(k))) == i
                        && !repeated
                        && !isSplat(code, in.source(k))) {
                    free.push(sources[k]);
                }
            }
            int target = in.target();
            if (in.writesRegister()) {
                target = free.isEmpty() || in.op() == Op.SPLAT ? registers++ : free.pop();
                assigned.put(in.target(), target);
            }
            result.add(new Instruction(in.op(), target, sources[0], sources[1], sources[2]));
        }
        return new Pass(level, axes, List.copyOf(result), registers);
    }

    /// A splat is filled once per pass, not per block: its register is never given away.
    private static boolean isSplat(List<Instruction> code, int register) {
        for (Instruction in : code) {
            if (in.op() == Op.SPLAT && in.target() == register) {
                return true;
            }
        }
        return false;
    }
}
