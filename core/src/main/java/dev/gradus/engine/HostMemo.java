package dev.gradus.engine;

import dev.gradus.numeric.Power;
import dev.gradus.program.HostCode;
import java.util.IdentityHashMap;
import java.util.Map;

/// The last results of each early host code: most parameters of a step give it the same inputs.
public final class HostMemo {
    private final Map<HostCode.Instruction[], double[]> results = new IdentityHashMap<>();

    /// Runs early code, or copies the results of the last run where the inputs were the same.
    ///
    /// @param inputs has loaded the registers
    public void run(HostCode.Instruction[] code, RegisterLoader inputs, double[] registers, Power power) {
        double[] last = results.get(code);
        if (last == null) {
            HostCode.run(code, registers, power);
            results.put(code, registers.clone());
        } else if (inputs.areIn(last)) {
            System.arraycopy(last, 0, registers, 0, registers.length);
        } else {
            HostCode.run(code, registers, power);
            System.arraycopy(registers, 0, last, 0, registers.length);
        }
    }
}
