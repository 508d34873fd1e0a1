package dev.gradus.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gradus.checkpoint.Safetensors;
import dev.gradus.testkit.golden.TorchFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The section on PyTorch: its table says what `TorchState` writes and what PyTorch wrote, and its code runs.
class TorchPageTest {
    private static final String PAGE = "docs/checkpoints.md";
    private static final Pattern ROW =
            Pattern.compile("^\\| `(\\w+)[^|]*` \\| `([^|`]+)` \\| ([^|]*) \\| (`step`|none) \\|$", Pattern.MULTILINE);
    private static final Pattern STATE = Pattern.compile("`(\\w+\\.\\w+)` → `(\\w+)`");

    /// @param states names of this library and keys of PyTorch, as on the page
    private record Row(String type, String rule, String states, boolean hasStep) {
        Set<String> names() {
            return group(1);
        }

        Set<String> keys() {
            return group(2);
        }

        private Set<String> group(int group) {
            return STATE.matcher(states)
                    .results()
                    .map(result -> result.group(group))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    @TempDir
    private Path folder;

    @Test
    void theTableSaysWhatIsWritten() throws Exception {
        List<Row> rows = rows();
        StringBuilder code = new StringBuilder("Rule rule;");
        for (int i = 0; i < rows.size(); i++) {
            code.append("""

                    rule = %s;
                    try (Optimizer optimizer = Optimizer.of(new ParameterGroup("all", List.of(body.get(0),
                            Parameter.of("bias", Shape.of(2), new float[2]).gradient(new float[2])), rule, 0.1))) {
                        optimizer.step();
                        optimizer.states().forEach(state -> System.out.println(%d + " " + state.name()));
                        TorchState.save(Path.of("%s"), optimizer);
                    }
                    """.formatted(rows.get(i).rule, i, file(i)));
        }
        String printed = Snippets.run("Rows", ComparisonPageTest.FRAME.formatted("Rows", code), folder);
        for (int i = 0; i < rows.size(); i++) {
            Row row = rows.get(i);
            String prefix = i + " ";
            assertThat(printed.lines()
                            .filter(line -> line.startsWith(prefix))
                            .map(line -> line.substring(line.lastIndexOf('/') + 1))
                            .collect(Collectors.toSet()))
                    .as("states of %s", row)
                    .isEqualTo(row.names());
            Set<String> keys = keys(file(i));
            assertThat(keys.remove("step")).isTrue();
            assertThat(keys).as("keys of %s", row).isEqualTo(row.keys());
        }
    }

    @Test
    void theTableSaysWhatPyTorchWrote() throws IOException {
        Set<String> said = new TreeSet<>();
        for (Row row : rows()) {
            Set<String> keys = row.keys();
            if (row.hasStep) {
                keys.add("step");
            }
            said.add(row.type + " " + keys);
        }
        Set<String> written = new TreeSet<>();
        for (String name : TorchFiles.names()) {
            Path file = TorchFiles.unpack(name, folder);
            written.add(type(file) + " " + keys(file));
        }
        assertThat(said).isEqualTo(written);
    }

    @Test
    void theCodeRuns() throws Exception {
        String block = Snippets.block(PAGE, "java", "TorchState.load");
        String before = """
                Path file = Path.of("%s");
                List<Parameter> parameters = body;
                try (Optimizer other = Optimizer.of(new ParameterGroup("all", body, adamW(), 1e-3))) {
                    other.step();
                    TorchState.save(file, other);
                }
                """.formatted(file(0));
        String after = "System.out.println(Safetensors.open(file).metadata().get(\"steps_done\"));\n";
        assertThat(Snippets.run(
                        "Exchange", ComparisonPageTest.FRAME.formatted("Exchange", before + block + after), folder))
                .isEqualToIgnoringNewLines("2");
    }

    private static List<Row> rows() throws IOException {
        String page = Files.readString(Path.of("..").resolve(PAGE));
        List<Row> rows = new ArrayList<>();
        for (MatchResult row : ROW.matcher(page).results().toList()) {
            rows.add(new Row(
                    row.group(1), row.group(2), row.group(3), row.group(4).equals("`step`")));
        }
        assertThat(new HashSet<>(rows.stream().map(Row::type).toList())).hasSize(12);
        return rows;
    }

    private Path file(int row) {
        return folder.resolve(row + ".safetensors");
    }

    private static String type(Path path) {
        try (Safetensors file = Safetensors.open(path)) {
            return Objects.requireNonNull(file.metadata().get("optimizer")).replace("torch.optim.", "");
        }
    }

    /// The keys of the states of all parameters.
    private static Set<String> keys(Path path) {
        try (Safetensors file = Safetensors.open(path)) {
            return file.tensors().stream()
                    .map(tensor -> tensor.name())
                    .filter(name -> name.startsWith("state."))
                    .map(name -> name.substring(name.lastIndexOf('.') + 1))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }
}
