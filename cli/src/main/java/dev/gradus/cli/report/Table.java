package dev.gradus.cli.report;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// A table of texts.
///
/// @param columns their headings
/// @param rows with as many cells as there are columns
public record Table(List<Column> columns, List<List<String>> rows) {
    public Table {
        columns = List.copyOf(columns);
        rows = List.copyOf(rows);
    }

    /// The head of a column.
    ///
    /// @param isNumber whether the cells stand to the right
    public record Column(String heading, boolean isNumber) {}

    /// Aligned with spaces, the headings underlined; every line ends with a line feed.
    public String toText() {
        List<Integer> widths = IntStream.range(0, columns.size())
                .mapToObj(i -> rows.stream()
                        .mapToInt(row -> row.get(i).length())
                        .reduce(columns.get(i).heading().length(), Math::max))
                .toList();
        String rule = IntStream.range(0, columns.size())
                .mapToObj(i -> "─".repeat(isRagged(i) ? columns.get(i).heading().length() : widths.get(i)))
                .collect(Collectors.joining("  "));
        return line(columns.stream().map(Column::heading).toList(), widths)
                + rule + "\n"
                + rows.stream().map(row -> line(row, widths)).collect(Collectors.joining());
    }

    /// As Markdown has it; every line ends with a line feed.
    public String toMarkdown() {
        String rule = columns.stream()
                .map(column -> column.isNumber() ? "---:" : "---")
                .collect(Collectors.joining("|", "|", "|\n"));
        return markdownLine(columns.stream().map(Column::heading).toList())
                + rule
                + rows.stream().map(Table::markdownLine).collect(Collectors.joining());
    }

    private static String markdownLine(List<String> cells) {
        return cells.stream().map(cell -> cell.replace("|", "\\|")).collect(Collectors.joining(" | ", "| ", " |\n"));
    }

    private String line(List<String> cells, List<Integer> widths) {
        String line = IntStream.range(0, cells.size())
                .mapToObj(i -> {
                    String padding = " ".repeat(widths.get(i) - cells.get(i).length());
                    return columns.get(i).isNumber() ? padding + cells.get(i) : cells.get(i) + padding;
                })
                .collect(Collectors.joining("  "));
        return line.stripTrailing() + "\n";
    }

    /// Whether nothing stands to the right of the cells, so that a long one need not lengthen the line below the
    /// heading.
    private boolean isRagged(int column) {
        return column == columns.size() - 1 && !columns.get(column).isNumber();
    }
}
