package dev.gradus.cli.benchmark;

import dev.gradus.bench.result.Report;
import dev.gradus.cli.chart.Chart;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;

/// A folder of results of several machines: a JSON file and a chart for each, and one page for all.
public record ResultsFolder(Path path) {
    private static final String ENDING = ".json";

    /// Writes a report of a run that is not at its end into a file beside the one of the machine, which it does not
    /// replace yet.
    ///
    /// @return the file
    public Path addUnfinished(Report report) throws IOException {
        Path file = unfinished(report);
        report.write(file);
        return file;
    }

    private Path unfinished(Report report) {
        return path.resolve(report.machine().fileName() + ENDING + ".unfinished");
    }

    /// Adds a report in place of an earlier one of the same machine, and makes the page anew.
    ///
    /// @return the page
    public Path add(Report report) throws IOException {
        String name = report.machine().fileName();
        report.write(path.resolve(name + ENDING));
        Files.deleteIfExists(unfinished(report));
        Optional<Chart> chart = BenchChart.of(report);
        if (chart.isPresent()) {
            Files.writeString(path.resolve(name + ".svg"), chart.get().toSvg());
        }
        return Files.writeString(path.resolve("README.md"), BenchPage.of(sections()));
    }

    private List<BenchPage.Section> sections() throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(path)) {
            files = all.filter(file -> file.toString().endsWith(ENDING))
                    .sorted()
                    .toList();
        }
        List<BenchPage.Section> sections = new ArrayList<>();
        for (Path file : files) {
            String name = String.valueOf(file.getFileName());
            sections.add(new BenchPage.Section(
                    Report.read(file), reasons(name.substring(0, name.length() - ENDING.length())), name));
        }
        return sections;
    }

    /// Written by hand, and so in a file of their own.
    private Map<String, String> reasons(String machine) throws IOException {
        Path file = path.resolve(machine + ".reasons.properties");
        Map<String, String> reasons = new HashMap<>();
        if (Files.exists(file)) {
            Properties properties = new Properties();
            try (Reader reader = Files.newBufferedReader(file)) {
                properties.load(reader);
            }
            properties.stringPropertyNames().forEach(id -> reasons.put(id, properties.getProperty(id)));
        }
        return reasons;
    }
}
