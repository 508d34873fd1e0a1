package dev.gradus.cli;

import dev.gradus.cli.comparison.Contender;
import dev.gradus.cli.input.InputError;
import dev.gradus.cli.input.Names;
import dev.gradus.cli.input.Numbers;
import dev.gradus.cli.input.Setting;
import dev.gradus.rule.Chain;
import dev.gradus.rule.Rule;
import dev.gradus.rule.Spelling;
import dev.gradus.rule.Trace;
import dev.gradus.rule.Trace.HyperUse;
import dev.gradus.rules.Rules;
import dev.gradus.rules.Rules.Entry;
import dev.gradus.text.TextError;
import dev.gradus.text.TextForm;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/// Optimizers as users type them: by a name of the catalogue, or as a rule in text form.
final class Optimizers {
    private static final int LONGEST_IN_AN_ERROR = 200;

    private Optimizers() {}

    static Entry entry(String text) {
        Optional<Entry> named = first(entry -> Spelling.fold(entry.name()).equals(Spelling.fold(text)));
        if (named.isPresent()) {
            return named.get();
        }
        Rule rule = parse(text);
        return first(entry -> entry.rule().equals(rule)).orElseGet(() -> composed(rule));
    }

    private static Rule parse(String text) {
        try {
            Rule rule = TextForm.STANDARD.parseRule(text);
            // Links that do not fit together are found when they are traced.
            Trace ignored = Trace.of(rule, "w", Contender.SAMPLE_SHAPE);
            return rule;
        } catch (TextError e) {
            if (text.matches("[A-Za-z0-9_-]+")) {
                throw Names.unknown(
                        "optimizer", text, Rules.all().stream().map(Entry::name).toList());
            }
            throw wrong(text, e);
        } catch (IllegalArgumentException e) {
            throw wrong(text, e);
        }
    }

    private static InputError wrong(String text, IllegalArgumentException e) {
        String shown = text.length() > LONGEST_IN_AN_ERROR ? text.substring(0, LONGEST_IN_AN_ERROR) + "…" : text;
        return new InputError("optimizer " + shown + ", " + e.getMessage());
    }

    /// A rule that is not in the catalogue, under its text. Its learning rate is that of the first optimizer in it,
    /// the innermost first; failing that, of the first optimizer that has a part in common with it.
    private static Entry composed(Rule rule) {
        List<Class<?>> parts = classes(rule);
        Entry like = parts.stream()
                .flatMap(part -> first(entry -> entry.rule().getClass() == part).stream())
                .findFirst()
                .or(() -> parts.stream()
                        .flatMap(part -> first(entry -> classes(entry.rule()).contains(part)).stream())
                        .findFirst())
                .orElseGet(() -> Rules.named("adam"));
        String summary = "composed on the command line; its usual learning rate is taken to be that of " + like.name();
        return new Entry(TextForm.STANDARD.printRule(rule), summary, rule, "", like.learningRate());
    }

    private static List<Class<?>> classes(Rule rule) {
        return TextForm.parts(rule).stream()
                .<Class<?>>map(Object::getClass)
                .filter(type -> type != Chain.class)
                .toList();
    }

    private static Optional<Entry> first(Predicate<Entry> condition) {
        return Rules.all().stream().filter(condition).findFirst();
    }

    /// Optimizers in lists that are separated by commas.
    static List<Contender> distinct(List<String> lists) {
        List<Contender> contenders = lists.stream()
                .flatMap(list -> split(list).stream())
                .map(text -> named(text, List.of()))
                .toList();
        List<String> seen = new ArrayList<>();
        for (Contender contender : contenders) {
            if (seen.contains(contender.name())) {
                throw new InputError("--optimizers must name each optimizer once, got " + contender.name() + " twice");
            }
            seen.add(contender.name());
        }
        return contenders;
    }

    private static List<String> split(String list) {
        try {
            return TextForm.split(list);
        } catch (TextError e) {
            throw new InputError("--optimizers, " + e.getMessage());
        }
    }

    static Contender named(String name, List<Setting> settings) {
        Entry entry = entry(name);
        Set<String> needed = new TreeSet<>(entry.rule().events());
        needed.removeAll(Set.of(Rule.EVALUATE, Rule.TRAIN));
        if (!needed.isEmpty()) {
            throw new InputError(entry.name() + " needs the event "
                    + String.join(", ", needed)
                    + " between its steps, which this command does not cause");
        }
        Contender contender =
                new Contender(entry.name(), entry.summary(), entry.rule(), entry.learningRate(), settings);
        settings.forEach(setting -> check(entry.name(), setting, contender.hyperparameters()));
        return contender;
    }

    private static void check(String optimizer, Setting setting, List<HyperUse> known) {
        List<HyperUse> meant = known.stream()
                .filter(use ->
                        use.name().equals(setting.name()) || shortName(use).equals(setting.name()))
                .toList();
        if (meant.isEmpty()) {
            if (setting.name().matches("lr|learning_rate")) {
                throw new InputError("the learning rate is set with --lr, got --set " + setting);
            }
            throw Names.unknown(
                    "hyperparameter of " + optimizer,
                    setting.name(),
                    known.stream().map(Optimizers::shortName).distinct().toList());
        }
        if (meant.size() > 1) {
            throw new InputError(optimizer + " has several hyperparameters \"" + setting.name() + "\": say which of "
                    + String.join(", ", meant.stream().map(HyperUse::name).toList()));
        }
        HyperUse use = meant.getFirst();
        if (!use.range().contains(setting.value())) {
            throw new InputError(optimizer + ": " + setting.name() + " must be in " + use.range() + ", got "
                    + Numbers.text(setting.value()));
        }
    }

    private static String shortName(HyperUse use) {
        return use.name().substring(use.name().lastIndexOf('.') + 1);
    }
}
