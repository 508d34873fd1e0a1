package dev.gradus.cli;

import dev.gradus.cli.comparison.Contender;
import dev.gradus.cli.input.InputError;
import dev.gradus.cli.input.Names;
import dev.gradus.cli.input.Numbers;
import dev.gradus.cli.input.Setting;
import dev.gradus.rule.Trace.HyperUse;
import dev.gradus.rules.Rules;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Optimizers by the names that users type.
final class Optimizers {
    private Optimizers() {}

    static Rules.Entry entry(String name) {
        List<String> names = Rules.all().stream().map(Rules.Entry::name).toList();
        String meant = name.strip().toLowerCase(Locale.ROOT).replace('-', '_');
        return Rules.all().get(names.indexOf(Names.require("optimizer", meant, names)));
    }

    static List<Contender> distinct(List<String> names) {
        List<Contender> contenders =
                names.stream().map(name -> named(name, List.of())).toList();
        List<String> seen = new ArrayList<>();
        for (Contender contender : contenders) {
            if (seen.contains(contender.name())) {
                throw new InputError("--optimizers must name each optimizer once, got " + contender.name() + " twice");
            }
            seen.add(contender.name());
        }
        return contenders;
    }

    static Contender named(String name, List<Setting> settings) {
        Rules.Entry entry = entry(name);
        if (!entry.rule().events().isEmpty()) {
            throw new InputError(entry.name() + " needs the event "
                    + String.join(", ", entry.rule().events())
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
