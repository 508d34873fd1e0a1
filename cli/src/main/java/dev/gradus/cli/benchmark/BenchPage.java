package dev.gradus.cli.benchmark;

import dev.gradus.bench.result.Machine;
import dev.gradus.bench.result.Report;
import dev.gradus.bench.result.Requirements;
import dev.gradus.cli.report.Table;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Collectors;

/// Reports as a page of Markdown.
public final class BenchPage {
    private BenchPage() {}

    /// A report and why it misses what it misses.
    ///
    /// @param reasons sentences by the identifiers of figures
    /// @param file the name of the file that has every round
    public record Section(Report report, Map<String, String> reasons, String file) {
        public Section {
            reasons = Map.copyOf(reasons);
        }
    }

    /// A page of all reports.
    public static String of(List<Section> sections) {
        return """
                # Results of `gradus bench`

                This page is made by `./gradus bench --results %s` from the JSON files beside it, which have every round. \
                A sentence after the identifier of a figure in `<name of the JSON file>.reasons.properties` stands in the \
                table of what is required; the identifiers are listed at the end of each section.

                """.formatted("bench/results")
                + sections.stream().map(BenchPage::section).collect(Collectors.joining("\n"));
    }

    private static String section(Section section) {
        Report report = section.report();
        StringBuilder page = new StringBuilder();
        page.append("## ").append(title(report.machine())).append("\n\n");
        facts(report)
                .forEach((what, value) -> page.append("* ")
                        .append(what)
                        .append(": ")
                        .append(value)
                        .append('\n'));
        page.append("* Every round: [")
                .append(section.file())
                .append("](")
                .append(section.file())
                .append(")\n\n");
        BenchTables.notes(report).forEach(note -> page.append(note).append("\n\n"));
        BenchTables.legend(report).forEach(sentence -> page.append(sentence).append("\n\n"));
        SequencedMap<String, Table> tables = BenchTables.of(report, section.reasons());
        tables.forEach((heading, table) -> page.append("### ")
                .append(heading)
                .append("\n\n")
                .append(table.toMarkdown())
                .append('\n'));
        String identifiers = Requirements.findings(report).stream()
                .map(finding -> "`" + finding.id() + "`")
                .collect(Collectors.joining(", "));
        if (!identifiers.isEmpty()) {
            page.append("Identifiers of the figures, in their order: ")
                    .append(identifiers)
                    .append(".\n");
        }
        return page.toString();
    }

    private static String title(Machine machine) {
        return machine.processor() + ", " + machine.processors()
                + (machine.processors() == 1 ? " processor" : " processors");
    }

    /// What someone needs to know to measure the same again.
    public static SequencedMap<String, String> facts(Report report) {
        Machine machine = report.machine();
        SequencedMap<String, String> facts = new LinkedHashMap<>();
        facts.put(
                "Command",
                "`" + report.command() + "`, Gradus " + report.version() + ", on " + report.date()
                        + ", %.0f s".formatted(report.seconds()));
        facts.put(
                "Machine",
                machine.processor() + ", " + machine.processors() + " processors"
                        + (machine.vectors().isEmpty() ? "" : " with " + machine.vectors())
                        + (machine.caches().isEmpty() ? "" : ", " + String.join(", ", machine.caches()))
                        + ", " + (machine.memory() >> 30) + " GiB of memory"
                        + (machine.hugePages().isEmpty() ? "" : ", huge pages: " + machine.hugePages()));
        facts.put("System", machine.system());
        facts.put("Java", machine.java());
        facts.put("Flags", "`" + String.join(" ", report.flags()) + "`");
        return facts;
    }
}
