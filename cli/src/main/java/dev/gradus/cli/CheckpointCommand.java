package dev.gradus.cli;

import dev.gradus.OptimizerState.ParameterState;
import dev.gradus.StateView;
import dev.gradus.checkpoint.Checkpoint;
import dev.gradus.checkpoint.CheckpointException;
import dev.gradus.checkpoint.GroupDescription;
import dev.gradus.cli.input.InputError;
import dev.gradus.cli.input.Numbers;
import dev.gradus.cli.report.Table;
import dev.gradus.cli.report.Table.Column;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `gradus checkpoint`
@Command(
        name = "checkpoint",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = {"Shows what is in a checkpoint: groups and rules, parameters, states, their norms and steps.", ""
        },
        footer = {
            "",
            "Examples:",
            "  gradus checkpoint run/step-000000001000.safetensors",
            "  gradus checkpoint --verify FILE     compares everything with its checksum",
            "  gradus checkpoint --diff A B        what is different; the exit code is 1 if anything is"
        })
@SuppressWarnings("NullAway.Init") // picocli fills the fields
final class CheckpointCommand implements Callable<Integer> {
    private static final int DIFFERENT = 1;

    /// Notes that are longer are not for people.
    private static final int LONG_NOTE = 80;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE", arity = "1..2", description = "A checkpoint; two with --diff.")
    private List<Path> files = List.of();

    @Option(names = "--verify", description = "Compares everything with its checksum.")
    private boolean verify;

    @Option(names = "--diff", description = "Compares two checkpoints.")
    private boolean diff;

    @Override
    public Integer call() {
        int expected = diff ? 2 : 1;
        if (files.size() != expected) {
            throw new InputError("gradus checkpoint " + (diff ? "--diff compares two files" : "shows one file")
                    + ", got " + files.size());
        }
        try (Checkpoint first = Checkpoint.open(files.getFirst())) {
            if (verify) {
                first.verify();
            }
            if (!diff) {
                show(first);
                return 0;
            }
            try (Checkpoint second = Checkpoint.open(files.getLast())) {
                if (verify) {
                    second.verify();
                }
                return compare(first, second);
            }
        } catch (CheckpointException e) {
            throw new InputError(String.valueOf(e.getMessage()));
        }
    }

    private static String shortened(String note) {
        return note.length() <= LONG_NOTE ? note : note.length() + " characters";
    }

    private void show(Checkpoint checkpoint) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(files.getFirst() + ": " + Numbers.count(checkpoint.completed(), "update")
                + (verify ? "; everything is as its checksum says." : "."));
        checkpoint.notes().forEach((name, text) -> out.println(name + ": " + shortened(text)));
        checkpoint.groups().forEach(group -> out.println("group " + group.name() + ": " + text(group)));
        out.println();
        List<List<String>> rows = new ArrayList<>();
        for (ParameterState parameter : checkpoint.state().parameters()) {
            for (StateView view : views(parameter)) {
                rows.add(List.of(
                        view.shape().toString(),
                        view.type().toString(),
                        String.format(Locale.ROOT, "%.6g", norm(view)),
                        Long.toString(parameter.completed()),
                        view.name() + (parameter.isFrozen() ? " (frozen)" : "")));
            }
        }
        out.print(new Table(
                        List.of(
                                new Column("shape", false),
                                new Column("type", false),
                                new Column("norm", true),
                                new Column("steps", true),
                                new Column("name", false)),
                        rows)
                .toText());
        out.flush();
    }

    private static String text(GroupDescription group) {
        StringBuilder text = new StringBuilder(group.rule());
        group.settings().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(setting ->
                        text.append(", ").append(setting.getKey()).append(" = ").append(setting.getValue()));
        return text.toString();
    }

    private static List<StateView> views(ParameterState parameter) {
        List<StateView> views = new ArrayList<>();
        if (parameter.values() != null) {
            views.add(parameter.values());
        }
        views.addAll(parameter.states());
        return views;
    }

    private static double norm(StateView view) {
        double sum = 0;
        for (long i = 0; i < view.shape().elements(); i++) {
            double x = view.type().read(view.values(), i);
            sum += x * x;
        }
        return Math.sqrt(sum);
    }

    private int compare(Checkpoint first, Checkpoint second) {
        Map<String, String> differences = new LinkedHashMap<>();
        note(differences, "updates", first.completed(), second.completed());
        note(differences, "groups", groups(first), groups(second));
        Map<String, StateView> a = all(first);
        Map<String, StateView> b = all(second);
        Set<String> names = new LinkedHashSet<>(a.keySet());
        names.addAll(b.keySet());
        for (String name : names) {
            StateView one = a.get(name);
            StateView other = b.get(name);
            if (one == null || other == null) {
                differences.put(name, "is only in " + files.get(one == null ? 1 : 0));
            } else if (!one.shape().equals(other.shape()) || one.type() != other.type()) {
                note(differences, name, one.shape() + " " + one.type(), other.shape() + " " + other.type());
            } else if (one.values().mismatch(other.values()) >= 0) {
                differences.put(name, distance(one, other));
            }
        }
        PrintWriter out = spec.commandLine().getOut();
        if (differences.isEmpty()) {
            out.println("The checkpoints are equal.");
            return 0;
        }
        List<List<String>> rows = new ArrayList<>();
        differences.forEach((name, difference) -> rows.add(List.of(name, difference)));
        out.print(new Table(List.of(new Column("name", false), new Column("difference", false)), rows).toText());
        out.flush();
        return DIFFERENT;
    }

    private static void note(Map<String, String> differences, String name, Object one, Object other) {
        if (!one.equals(other)) {
            differences.put(name, one + " and " + other);
        }
    }

    private static String groups(Checkpoint checkpoint) {
        return checkpoint.groups().stream()
                .map(group -> group.name() + ": " + text(group))
                .toList()
                .toString();
    }

    private static Map<String, StateView> all(Checkpoint checkpoint) {
        Map<String, StateView> all = new LinkedHashMap<>();
        checkpoint
                .state()
                .parameters()
                .forEach(parameter -> views(parameter).forEach(view -> all.put(view.name(), view)));
        return all;
    }

    private static String distance(StateView one, StateView other) {
        long different = 0;
        double largest = 0;
        for (long i = 0; i < one.shape().elements(); i++) {
            double x = one.type().read(one.values(), i);
            double y = other.type().read(other.values(), i);
            if (Double.doubleToRawLongBits(x) != Double.doubleToRawLongBits(y)) {
                different++;
                largest = Math.max(largest, Math.abs(x - y));
            }
        }
        return String.format(
                Locale.ROOT,
                "%,d of %,d elements, by at most %.3g",
                different,
                one.shape().elements(),
                largest);
    }
}
