package dev.gradus;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;

/// All that an optimizer keeps and updates, to the bit, by name.
final class Snapshot {
    private Snapshot() {}

    /// Of all parameters whose memory is there.
    static Map<String, String> of(Optimizer optimizer) {
        Map<String, String> all = new HashMap<>();
        all.put("completed", String.valueOf(optimizer.completed()));
        all.put("evaluating", String.valueOf(optimizer.isEvaluating()));
        optimizer.states().forEach(state -> all.put(state.name(), hex(state.values())));
        for (ParameterGroup group : optimizer.groups()) {
            for (Parameter parameter : group.parameters()) {
                String name = parameter.name();
                all.put(name + " completed", String.valueOf(optimizer.completed(name)));
                if (parameter.values().scope().isAlive()) {
                    all.put(name, hex(parameter.values()));
                }
            }
        }
        return all;
    }

    private static String hex(MemorySegment memory) {
        return HexFormat.of().formatHex(memory.toArray(ValueLayout.JAVA_BYTE));
    }
}
