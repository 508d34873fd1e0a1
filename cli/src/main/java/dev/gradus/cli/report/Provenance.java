package dev.gradus.cli.report;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/// What someone needs to know to make the same comparison again.
///
/// @param command what to type
/// @param facts versions, machine and settings, by what they are
public record Provenance(String command, SequencedMap<String, String> facts) {
    public Provenance {
        facts = new LinkedHashMap<>(facts);
    }

    /// The machine and its Java, as facts.
    public static Map<String, String> machine() {
        Map<String, String> facts = new LinkedHashMap<>();
        Runtime runtime = Runtime.getRuntime();
        facts.put(
                "Machine",
                System.getProperty("os.name") + " " + System.getProperty("os.version") + ", "
                        + System.getProperty("os.arch") + processor() + ", " + runtime.availableProcessors()
                        + " processors");
        facts.put(
                "Java",
                System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version") + " ("
                        + System.getProperty("java.vendor") + ")");
        return facts;
    }

    private static String processor() {
        return Processor.name().map(name -> ", " + name).orElse("");
    }
}
