package dev.gradus.cli;

import dev.gradus.RuleDescription;
import dev.gradus.cli.comparison.Contender;
import dev.gradus.cli.input.InputError;
import dev.gradus.cli.input.Numbers;
import dev.gradus.cli.input.Shell;
import dev.gradus.cli.report.Table;
import dev.gradus.cli.report.Table.Column;
import dev.gradus.expr.Notation;
import dev.gradus.expr.State;
import dev.gradus.rule.RuleFormulas;
import dev.gradus.rule.Trace.HyperUse;
import dev.gradus.rules.Rules;
import dev.gradus.tensor.ElementType;
import dev.gradus.text.TextForm;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `gradus rules`
@Command(
        name = "rules",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = {
            "Lists all optimizers with the states they keep and the bytes these take per float32 parameter; with a "
                    + "NAME, shows what that optimizer computes and how it can be adjusted.",
            ""
        })
@SuppressWarnings("NullAway.Init") // picocli fills the fields
final class RulesCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "NAME", arity = "0..1", description = "An optimizer, or a rule in text form.")
    private @Nullable String name;

    @Option(
            names = "--parts",
            description = "Lists instead what rules in text form are composed of, with arguments and defaults.")
    private boolean parts;

    @Option(
            names = "--latex",
            description = "Formulas as LaTeX (the inside of a formula, for amsmath), and nothing else.")
    private boolean latex;

    @Option(
            names = "--program",
            description =
                    "Also the lowered program: what is computed once per step, and what in each pass over memory; and the "
                            + "SIMD kernels that passes are compiled to.")
    private boolean program;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        if (parts) {
            if (name != null || latex || program) {
                throw new InputError("--parts stands alone");
            }
            TextForm.STANDARD.signatures().forEach(out::println);
            out.println();
            out.println("All take only=MASK, name=\"NAME\" and clock=own, group_first or optimizer, too.");
            out.println("Example: chain(clipByGlobalNorm, radam, decayWeights(0.1, only=rank>=2))");
        } else if (name == null) {
            if (latex || program) {
                throw new InputError((latex ? "--latex" : "--program") + " needs the NAME of an optimizer");
            }
            out.print(list());
        } else if (latex) {
            out.println(RuleFormulas.block(Optimizers.entry(name).rule(), Contender.SAMPLE_SHAPE, Notation.LATEX));
        } else {
            out.print(description(Optimizers.entry(name), program));
        }
        out.flush();
        return 0;
    }

    private static String list() {
        List<List<String>> rows = Rules.all().stream()
                .map(entry -> {
                    RuleDescription rule = describe(entry);
                    return List.of(entry.name(), entry.summary(), bytes(rule), states(rule));
                })
                .toList();
        return new Table(
                                List.of(
                                        new Column("optimizer", false),
                                        new Column("what it is", false),
                                        new Column("bytes/parameter", true),
                                        new Column("states", false)),
                                rows)
                        .toText()
                + "\nBytes of state per float32 parameter, for a weight of shape " + Contender.SAMPLE_SHAPE
                + ". More: gradus rules NAME, gradus rules --parts\n";
    }

    private static String description(Rules.Entry entry, boolean program) {
        RuleDescription rule = describe(entry);
        List<String> lines = new ArrayList<>();
        lines.add(entry.name() + ": " + entry.summary());
        if (!entry.source().isEmpty()) {
            lines.add(entry.source());
        }
        lines.add("");
        lines.add("Text form");
        lines.add("  " + TextForm.STANDARD.printRule(entry.rule()));
        lines.add("");
        lines.add("Formulas");
        RuleFormulas.block(entry.rule(), Contender.SAMPLE_SHAPE, Notation.PLAIN)
                .lines()
                .forEach(line -> lines.add("  " + line));
        lines.add("");
        lines.add("States");
        for (State state : rule.states()) {
            lines.add("  %-28s %s, %s".formatted(state.name(), role(state), size(state)));
        }
        lines.add(
                (rule.states().isEmpty()
                        ? "  none"
                        : "  " + bytes(rule) + " bytes per float32 parameter of shape " + Contender.SAMPLE_SHAPE));
        lines.add("");
        lines.add("Hyperparameters (gradus train --optimizer " + Shell.quoted(entry.name()) + " --set NAME=VALUE)");
        lines.addAll(hyperparameters(entry, rule));
        if (!entry.rule().events().isEmpty()) {
            lines.add("");
            lines.add("Events: " + String.join(", ", entry.rule().events()));
        }
        if (program) {
            lines.add("");
            lines.add("Program");
            rule.program().lines().forEach(line -> lines.add("  " + line));
            lines.add("");
            lines.add("Kernels (calls of jdk.incubator.vector; what moves operands is left out)");
            RuleDescription.kernels(entry.rule(), "w", Contender.SAMPLE_SHAPE)
                    .lines()
                    .forEach(line -> lines.add("  " + line));
        }
        return String.join("\n", lines) + "\n";
    }

    private static List<String> hyperparameters(Rules.Entry entry, RuleDescription rule) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of(
                "learning_rate",
                Numbers.text(entry.learningRate()),
                "(0, inf)",
                "a rate to begin with; --lr sets it",
                ""));
        for (HyperUse use : rule.hyperparameters()) {
            rows.add(List.of(use.name(), Numbers.text(use.value()), use.range().toString(), use.what(), use.source()));
        }
        return new Table(
                        List.of(
                                new Column("name", false),
                                new Column("default", true),
                                new Column("range", false),
                                new Column("meaning", false),
                                new Column("source of the default", false)),
                        rows)
                .toText()
                .lines()
                .map(line -> "  " + line)
                .toList();
    }

    private static RuleDescription describe(Rules.Entry entry) {
        return RuleDescription.of(entry.rule(), "w", Contender.SAMPLE_SHAPE);
    }

    private static String states(RuleDescription rule) {
        return rule.states().isEmpty()
                ? "–"
                : rule.states().stream().map(State::shortName).distinct().collect(Collectors.joining(", "));
    }

    private static String role(State state) {
        return switch (state.role()) {
            case SIGNED -> "of either sign";
            case NON_NEGATIVE -> "not negative";
            case WEIGHTS -> "weights";
            case SCALAR -> "number";
        };
    }

    private static String size(State state) {
        if (!state.axes().isHost()) {
            return "shape " + Contender.SAMPLE_SHAPE.keeping(state.axes());
        }
        return switch (state.scope()) {
            case PARAMETER -> "one per parameter";
            case GROUP -> "one per group";
            case LINK -> "one for all parameters";
        };
    }

    private static String bytes(RuleDescription rule) {
        double bytes = (double) rule.memoryBytes(Contender.SAMPLE_SHAPE, ElementType.FLOAT32)
                / Contender.SAMPLE_SHAPE.elements();
        return bytes > 0 && bytes < 0.01 ? "< 0.01" : Numbers.text(Math.round(100 * bytes) / 100.0);
    }
}
