package dev.gradus.text;

import dev.gradus.rule.Mask;
import dev.gradus.rule.Masked;
import dev.gradus.rule.Rule;
import dev.gradus.rule.Spelling;
import dev.gradus.rule.WithClock;
import dev.gradus.rule.WithName;
import dev.gradus.rules.Rules;
import dev.gradus.schedule.Schedule;
import dev.gradus.schedule.Schedules;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The names that a text may use, and what they stand for. Spellings that differ in capitals, `-` and `_` are one
/// name.
final class Vocabulary {
    /// Masks that are written in a way of their own.
    private static final Set<Class<?>> MASKS_WITH_A_NOTATION = Set.of(
            Mask.Named.class,
            Mask.RankIs.class,
            Mask.RankAtLeast.class,
            Mask.SizeIs.class,
            Mask.SizeAtLeast.class,
            Mask.And.class,
            Mask.Or.class,
            Mask.Not.class,
            Mask.Custom.class);

    /// The wrappers that are written as an argument of the rule within.
    static final List<Wrapper> WRAPPERS = List.of(
            new Wrapper("only", "masked", Masked.class),
            new Wrapper("name", "renamed", WithName.class),
            new Wrapper("clock", "clocked", WithClock.class));

    /// A record of a rule and one thing more, which is written as an argument of the rule.
    ///
    /// @param argument the argument's name
    record Wrapper(String argument, RecordPart part) {
        /// @param name its name where it is written as a call, since the rule within has the argument already
        private Wrapper(String argument, String name, Class<? extends Record> type) {
            this(argument, new RecordPart(name, type));
        }

        Part.Parameter rule() {
            return part.parameters().getFirst();
        }

        Part.Parameter what() {
            return part.parameters().getLast();
        }
    }

    /// An optimizer of the catalogue, which takes no arguments.
    record CataloguePart(String name, Rule rule) implements Part {
        @Override
        public Class<?> type() {
            return rule.getClass();
        }

        @Override
        public List<Parameter> parameters() {
            return List.of();
        }

        @Override
        public Object make(Map<String, Object> arguments) {
            return rule;
        }
    }

    private final Map<String, CataloguePart> catalogue = new LinkedHashMap<>();
    private final Map<String, RecordPart> rules = new LinkedHashMap<>();
    private final Map<Class<?>, Record> exampleOf = new LinkedHashMap<>();
    private final Map<String, Part> schedules = new LinkedHashMap<>();
    private final List<MethodPart> scheduleMethods = new ArrayList<>();

    /// What Gradus comes with: the catalogue with all parts of its rules, those beside it, and the schedules.
    static Vocabulary standard() {
        Vocabulary standard = new Vocabulary();
        for (Rules.Entry entry : Rules.all()) {
            standard.catalogue.put(Spelling.fold(entry.name()), new CataloguePart(entry.name(), entry.rule()));
            standard.addAll(entry.rule());
        }
        Rules.otherParts().forEach(standard::addAll);
        WRAPPERS.forEach(wrapper -> standard.add(standard.rules, wrapper.part));
        Schedules.all().forEach(standard::addAll);
        methods(Schedules.class, true).forEach(m -> standard.schedules.putIfAbsent(Spelling.fold(m.name()), m));
        methods(Schedule.class, false).forEach(standard.scheduleMethods::add);
        return standard;
    }

    /// Those that return schedules; of those with one name the one that takes most comes first.
    private static Stream<MethodPart> methods(Class<?> owner, boolean isStatic) {
        return Arrays.stream(owner.getMethods())
                .filter(m -> m.getReturnType() == Schedule.class && Modifier.isStatic(m.getModifiers()) == isStatic)
                .sorted(Comparator.comparingInt((Method m) -> -m.getParameterCount())
                        .thenComparing(Method::toString))
                .map(m -> new MethodPart(m, null));
    }

    /// These names, and those of all records of rules and schedules within the examples.
    ///
    /// @throws IllegalArgumentException if two records have the same name
    Vocabulary with(Record... examples) {
        Vocabulary more = new Vocabulary();
        more.catalogue.putAll(catalogue);
        more.rules.putAll(rules);
        more.exampleOf.putAll(exampleOf);
        more.schedules.putAll(schedules);
        more.scheduleMethods.addAll(scheduleMethods);
        for (Record example : examples) {
            more.addAll(example);
        }
        return more;
    }

    private void addAll(Object example) {
        for (Record part : Tree.records(example)) {
            if (part instanceof Rule rule) {
                if (wrapper(part.getClass()) == null) {
                    add(rules, new RecordPart(nameOf(rule), part.getClass()));
                }
                exampleOf.putIfAbsent(part.getClass(), part);
            } else if (part instanceof Schedule) {
                addSchedule(part.getClass());
            }
        }
    }

    private void addSchedule(Class<? extends Record> type) {
        add(schedules, new RecordPart(Types.nameOf(type), type));
    }

    private <T extends Part> void add(Map<String, ? super T> parts, T part) {
        Object known = parts.putIfAbsent(Spelling.fold(part.name()), part);
        if (known instanceof Part other && other.type() != part.type()) {
            throw new IllegalArgumentException("two parts are called \"" + part.name() + "\": "
                    + other.type().getName() + " and " + part.type().getName());
        }
    }

    /// A rule's name, unless that is a component's value.
    private static String nameOf(Rule rule) {
        boolean varies = Arrays.stream(rule.getClass().getRecordComponents())
                .anyMatch(c -> c.getName().equals("name"));
        return varies ? Types.nameOf(rule.getClass()) : rule.name();
    }

    /// What a name stands for where a value of the given type is wanted and arguments may follow.
    Optional<Part> part(Class<?> wanted, String name) {
        return Optional.ofNullable(parts(wanted).get(Spelling.fold(name)));
    }

    /// What a name stands for where arguments do not follow, if that is something else.
    Optional<CataloguePart> catalogue(Class<?> wanted, String name) {
        return Optional.ofNullable(Rule.class.isAssignableFrom(wanted) ? catalogue.get(Spelling.fold(name)) : null);
    }

    /// The names of everything that is of the given type.
    Collection<String> names(Class<?> wanted) {
        return Stream.concat(
                        Rule.class.isAssignableFrom(wanted) ? catalogue.values().stream() : Stream.empty(),
                        parts(wanted).values().stream())
                .filter(part -> wanted.isAssignableFrom(part.type()))
                .map(Part::name)
                .distinct()
                .sorted()
                .toList();
    }

    /// How the parts of rules are called, in the order of their names, without the wrappers that are arguments.
    List<String> signatures(Function<Object, String> print) {
        return rules.values().stream()
                .filter(part -> wrapper(part.type()) == null)
                .flatMap(part ->
                        Optional.ofNullable(exampleOf.get(part.type()))
                                .map(example -> part.signature(example, print))
                                .stream())
                .sorted(String.CASE_INSENSITIVE_ORDER)
                .toList();
    }

    private Map<String, ? extends Part> parts(Class<?> wanted) {
        if (Rule.class.isAssignableFrom(wanted)) {
            return rules;
        }
        if (Schedule.class.isAssignableFrom(wanted)) {
            return schedules;
        }
        Class<?>[] alternatives = wanted.isSealed() ? wanted.getPermittedSubclasses() : new Class<?>[] {wanted};
        Map<String, Part> parts = new LinkedHashMap<>();
        for (Class<?> type : alternatives) {
            if (type.isRecord() && !MASKS_WITH_A_NOTATION.contains(type)) {
                add(parts, new RecordPart(Types.nameOf(type), type.asSubclass(Record.class)));
            }
        }
        return parts;
    }

    /// What writes a record.
    ///
    /// @throws IllegalArgumentException if it is a rule or a schedule that has no name here
    RecordPart part(Record value) {
        Class<? extends Record> type = value.getClass();
        Class<?> kind = value instanceof Rule ? Rule.class : value instanceof Schedule ? Schedule.class : type;
        return parts(kind).values().stream()
                .filter(part -> part.type() == type)
                .findFirst()
                .map(RecordPart.class::cast)
                .orElseThrow(() -> new IllegalArgumentException(Types.nameOf(type) + " (" + type.getName()
                        + ") cannot be written as text: it is not known here, but can be made so with "
                        + "TextForm.with(…)"));
    }

    /// The wrapper of this class.
    static @Nullable Wrapper wrapper(Class<?> type) {
        return WRAPPERS.stream().filter(w -> w.part.type() == type).findFirst().orElse(null);
    }

    /// The methods of a schedule that make another one of it.
    Collection<MethodPart> scheduleMethods() {
        return scheduleMethods;
    }
}
