package dev.gradus.rule;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Reads what rules declare about their hyperparameters.
public final class Hyperparameters {
    private Hyperparameters() {}

    /// A declared hyperparameter of a rule.
    ///
    /// @param name as it is addressed: the record component's name in snake case, `eps_root`
    /// @param symbol what formulas call it, or nothing where its name says so
    public record Declaration(String name, Range range, String what, String source, String symbol) {}

    /// What the components of a record declare, in order; empty for a rule that declares nothing.
    public static List<Declaration> of(Class<?> rule) {
        List<Declaration> declarations = new ArrayList<>();
        RecordComponent[] components = rule.getRecordComponents();
        if (components != null) {
            for (RecordComponent component : components) {
                Hyperparameter declared = component.getAnnotation(Hyperparameter.class);
                if (declared != null) {
                    declarations.add(new Declaration(
                            snakeCase(component.getName()),
                            Range.of(declared.range()),
                            declared.what(),
                            declared.source(),
                            declared.symbol()));
                }
            }
        }
        return declarations;
    }

    /// The declaration of one hyperparameter.
    static Optional<Declaration> of(Class<?> rule, String name) {
        return of(rule).stream().filter(d -> d.name().equals(name)).findFirst();
    }

    /// Checks the values of a rule's declared components, in their order; for the compact constructor.
    ///
    /// @throws IllegalArgumentException naming the rule, the component, the value and the allowed range
    public static void check(Class<? extends Record> rule, double... values) {
        List<Declaration> declarations = of(rule);
        if (declarations.size() != values.length) {
            throw new IllegalStateException(rule.getSimpleName() + " declares " + declarations.size()
                    + " hyperparameters but checks " + values.length + " values");
        }
        for (int i = 0; i < values.length; i++) {
            declarations
                    .get(i)
                    .range()
                    .check(rule.getSimpleName(), declarations.get(i).name(), values[i]);
        }
    }

    /// Refuses a name that a rule reads but that is no component of its record: it could not be set, scheduled or
    /// printed by the name that the record declares. A record that declares no hyperparameters may read any name
    /// but a misspelt component's; a class that is no record, any name.
    ///
    /// @throws IllegalArgumentException naming the link, the hyperparameter and the components
    static void requireComponent(Class<?> rule, String link, String name) {
        RecordComponent[] components = rule.getRecordComponents();
        if (components == null) {
            return;
        }
        List<String> names = Arrays.stream(components)
                .map(component -> snakeCase(component.getName()))
                .toList();
        List<String> declared = of(rule).stream().map(Declaration::name).toList();
        boolean isMisspelt =
                names.stream().anyMatch(known -> Spelling.fold(known).equals(Spelling.fold(name)));
        if (!names.contains(name) && (isMisspelt || !declared.isEmpty())) {
            throw new IllegalArgumentException(link + ": it reads the hyperparameter \"" + name
                    + "\", which is no component of " + rule.getSimpleName() + ": "
                    + Spelling.help(name, declared.isEmpty() ? names : declared));
        }
    }

    private static String snakeCase(String name) {
        return name.replaceAll("(?<=[a-z0-9])(?=[A-Z])", "_").toLowerCase(Locale.ROOT);
    }
}
