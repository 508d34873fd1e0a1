package dev.gradus.cli.report;

import dev.gradus.cli.chart.Frame;
import dev.gradus.cli.chart.Ink;
import dev.gradus.cli.chart.LineChart;
import dev.gradus.cli.chart.Point;
import dev.gradus.cli.chart.Series;
import dev.gradus.cli.comparison.Contender;
import dev.gradus.cli.comparison.Plan;
import dev.gradus.cli.comparison.Result;
import dev.gradus.cli.input.Numbers;
import dev.gradus.expr.Notation;
import dev.gradus.rule.RuleFormulas;
import dev.gradus.text.TextForm;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.DoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import tools.jackson.databind.json.JsonMapper;

/// The web page: one file that asks the network for nothing.
public final class HtmlReport {
    private final Plan plan;
    private final List<Result> results;
    private final Provenance provenance;

    private HtmlReport(Plan plan, List<Result> results, Provenance provenance) {
        this.plan = plan;
        this.results = results;
        this.provenance = provenance;
    }

    public static String of(Plan plan, List<Result> results, Provenance provenance) {
        return new HtmlReport(plan, results, provenance).page();
    }

    private String page() {
        Map<String, String> parts = new LinkedHashMap<>();
        parts.put("title", escape("Optimizers compared on " + plan.data().name()));
        parts.put("lead", escape(lead()));
        parts.put("table", table());
        parts.put("notes", items(ResultTable.notes(plan, results)));
        parts.put("legend", legend());
        parts.put("lossChart", chart("loss", Curves.loss(plan, results), ResultTable::loss));
        parts.put("accuracyChart", chart("accuracy", Curves.accuracy(plan, results), HtmlReport::percent));
        parts.put("searchSection", searchSection());
        parts.put("formulas", formulas());
        parts.put("command", escape(provenance.command()));
        parts.put("facts", facts());

        String page = resource("report.html");
        for (Map.Entry<String, String> part : parts.entrySet()) {
            page = page.replace("{{" + part.getKey() + "}}", part.getValue());
        }
        return page;
    }

    private String lead() {
        return "%s trained the same small convolutional network %s on %,d images of handwritten digits."
                .formatted(
                        results.size() == 1 ? "One optimizer" : results.size() + " optimizers",
                        plan.seeds() == 1 ? "once" : plan.seeds() + " times each",
                        plan.data().training().count());
    }

    private String table() {
        Table table = ResultTable.of(results);
        StringBuilder html = new StringBuilder("<table><thead><tr>");
        for (Table.Column column : table.columns()) {
            html.append("<th scope=\"col\"").append(column.isNumber() ? " class=\"number\">" : ">");
            html.append(escape(column.heading())).append("</th>");
        }
        html.append("</tr></thead>\n<tbody>\n");
        for (List<String> row : table.rows()) {
            html.append("<tr><th scope=\"row\">")
                    .append(key(indexOf(row.getFirst())))
                    .append(escape(row.getFirst()))
                    .append("</th>");
            row.stream()
                    .skip(1)
                    .forEach(cell -> html.append("<td>").append(escape(cell)).append("</td>"));
            html.append("</tr>\n");
        }
        return html.append("</tbody></table>").toString();
    }

    private int indexOf(String name) {
        return IntStream.range(0, results.size())
                .filter(i -> results.get(i).contender().name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private String legend() {
        return IntStream.range(0, results.size())
                .mapToObj(i -> """
                        <button type="button" aria-pressed="true" data-series="%d">%s%s</button>
                        """.formatted(
                                i, key(i), escape(results.get(i).contender().name())))
                .collect(Collectors.joining());
    }

    /// A piece of the line that stands for a result.
    private static String key(int index) {
        return "<span class=\"key%s\" style=\"--key:var(--%s)\"></span>"
                .formatted(
                        index >= Ink.SERIES_COUNT ? " dashed" : "",
                        Ink.series(index).name());
    }

    /// The picture, and the pixels and texts that the pointer's read-out needs.
    private static String chart(String id, LineChart chart, DoubleFunction<String> format) {
        Frame frame = chart.frame();
        List<Map<String, Object>> lines = new ArrayList<>();
        for (Series series : chart.series()) {
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("name", series.name());
            line.put("ink", Ink.series(series.index()).name());
            line.put(
                    "points",
                    series.line().stream()
                            .filter(value -> Double.isFinite(value.y()))
                            .map(value -> point(frame, value, format))
                            .toList());
            lines.add(line);
        }
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("top", frame.top());
        data.put("bottom", frame.top() + frame.height());
        data.put("x", chart.xAxis().label());
        data.put("series", lines);
        String json = JsonMapper.builder().build().writeValueAsString(data).replace("</", "<\\/");
        return """
                <figure class="chart" id="%s">%s<div class="readout" hidden></div>
                <script type="application/json">%s</script></figure>
                """.formatted(id, chart.toInlineSvg(id), json);
    }

    private static List<Object> point(Frame frame, Point value, DoubleFunction<String> format) {
        Point pixel = frame.place(value.x(), value.y());
        return List.of(
                Math.round(pixel.x() * 10) / 10.0,
                Math.round(pixel.y() * 10) / 10.0,
                ResultTable.learningRate(value.x()),
                format.apply(value.y()));
    }

    private String searchSection() {
        if (plan.factors().isEmpty()) {
            return "";
        }
        return """
                <section>
                <h2>The search for learning rates</h2>
                <div class="charts">
                <div><h3>Validation loss</h3>%s</div>
                <p>Loss on the %d images held out for the search, after %s with each candidate. The lowest point of a \
                line is the learning rate that its optimizer was given; how wide the valley around it is says how much \
                care the optimizer wants. A line that ends or has a gap became NaN or infinite there.</p>
                </div>
                </section>
                """.formatted(
                        chart("search", Curves.search(results), ResultTable::loss),
                        plan.validation().heldOut().count(),
                        Numbers.count(plan.searchEpochs(), "epoch"));
    }

    private String formulas() {
        return results.stream().map(result -> formula(result.contender())).collect(Collectors.joining("\n"));
    }

    private static String formula(Contender contender) {
        return """
                <article class="formula">
                <h3>%1$s</h3>
                <p>%2$s</p>
                %5$s
                <div class="math" tabindex="0" role="group" aria-label="Formulas of %1$s">%3$s</div>
                <p class="settings">%4$s</p>
                </article>
                """.formatted(
                        escape(contender.name()),
                        escape(contender.summary()),
                        RuleFormulas.block(contender.rule(), Notation.MATHML),
                        escape(settings(contender)),
                        text(contender));
    }

    /// What the name stands for, unless that is the name.
    private static String text(Contender contender) {
        String text = TextForm.STANDARD.printRule(contender.rule());
        return text.equals(contender.name()) ? "" : "<p><code>" + escape(text) + "</code></p>";
    }

    private static String settings(Contender contender) {
        return contender.hyperparameters().stream()
                .map(use -> use.name() + " = " + Numbers.text(use.value()))
                .collect(Collectors.joining(", "));
    }

    private String facts() {
        return provenance.facts().entrySet().stream()
                .map(fact -> "<dt>" + escape(fact.getKey()) + "</dt><dd>" + escape(fact.getValue()) + "</dd>")
                .collect(Collectors.joining("\n"));
    }

    private static String items(List<String> sentences) {
        return sentences.stream().map(s -> "<li>" + escape(s) + "</li>").collect(Collectors.joining("\n"));
    }

    private static String percent(double fraction) {
        return String.format(Locale.ROOT, "%.2f %%", 100 * fraction);
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    private static String resource(String name) {
        try (InputStream in = HtmlReport.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is missing from this installation of Gradus");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
