package dev.gradus.text;

import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A record, whose components are the arguments. Its shorter constructors say what the defaults of the others are:
/// those whose parameters have the names and types of components.
final class RecordPart implements Part {
    private final String name;
    private final Class<? extends Record> type;
    private final List<RecordComponent> components;
    private final List<Parameter> parameters;
    private final Constructor<?> canonical;
    private final List<Constructor<?>> shorter;

    RecordPart(String name, Class<? extends Record> type) {
        this.name = name;
        this.type = type;
        components = List.of(type.getRecordComponents());
        parameters = components.stream()
                .map(c -> new Parameter(c.getName(), c.getGenericType()))
                .toList();
        canonical = canonical(type);
        shorter = Arrays.stream(type.getDeclaredConstructors())
                .filter(c -> !Modifier.isPrivate(c.getModifiers()) && c.getParameterCount() < components.size())
                .filter(this::takesComponents)
                .sorted(Comparator.comparingInt((Constructor<?> c) -> c.getParameterCount())
                        .reversed())
                .toList();
    }

    private static Constructor<?> canonical(Class<? extends Record> type) {
        try {
            return type.getDeclaredConstructor(Arrays.stream(type.getRecordComponents())
                    .map(RecordComponent::getType)
                    .toArray(Class<?>[]::new));
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException(type + " has no canonical constructor", e);
        }
    }

    private boolean takesComponents(Constructor<?> constructor) {
        return Arrays.stream(constructor.getParameters())
                .allMatch(p -> components.stream()
                        .anyMatch(c -> c.getName().equals(p.getName()) && c.getType() == p.getType()));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Class<? extends Record> type() {
        return type;
    }

    @Override
    public List<Parameter> parameters() {
        return parameters;
    }

    @Override
    public Record make(Map<String, Object> arguments) {
        List<String> names = parameters.stream().map(Parameter::name).toList();
        if (arguments.keySet().containsAll(names)) {
            return construct(canonical, names, arguments);
        }
        Constructor<?> defaults = shorter.stream()
                .filter(c -> arguments.keySet().containsAll(names(c)))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        name + " needs the argument \"" + missing(names, arguments.keySet()) + '"'));
        Map<String, Object> all = new LinkedHashMap<>(values(construct(defaults, names(defaults), arguments)));
        all.putAll(arguments);
        return construct(canonical, names, all);
    }

    /// The first argument that the least demanding constructor lacks.
    private String missing(List<String> names, Set<String> given) {
        return Stream.concat(shorter.stream().map(RecordPart::names), Stream.of(names))
                .map(wanted -> wanted.stream().filter(n -> !given.contains(n)).toList())
                .min(Comparator.comparingInt(List::size))
                .orElseThrow()
                .getFirst();
    }

    private static List<String> names(Constructor<?> constructor) {
        return Arrays.stream(constructor.getParameters())
                .map(java.lang.reflect.Parameter::getName)
                .toList();
    }

    private static Record construct(Constructor<?> constructor, List<String> names, Map<String, Object> values) {
        Object[] ordered = names.stream().map(values::get).toArray();
        return (Record) Types.call(constructor, () -> constructor.newInstance(ordered));
    }

    /// The components of a record of this type, by name, in order.
    Map<String, Object> values(Record value) {
        Map<String, Object> values = new LinkedHashMap<>();
        components.forEach(c -> values.put(c.getName(), read(c, value)));
        return values;
    }

    /// The values of a record's components, in order.
    static List<Object> components(Record value) {
        return Arrays.stream(value.getClass().getRecordComponents())
                .map(c -> read(c, value))
                .toList();
    }

    private static Object read(RecordComponent component, Object value) {
        Method accessor = component.getAccessor();
        return Types.call(accessor, () -> accessor.invoke(value));
    }

    /// How it is called: each argument with its default, if it has one.
    ///
    /// @param example for the arguments that have none
    String signature(Record example, Function<Object, String> print) {
        if (isVariadic()) {
            return name + "(" + parameters.getFirst().name() + ", …)";
        }
        List<String> required = shorter.isEmpty() ? List.copyOf(values(example).keySet()) : names(shorter.getLast());
        Map<String, Object> defaults =
                shorter.isEmpty() ? Map.of() : values(construct(shorter.getLast(), required, values(example)));
        return parameters.stream()
                .map(Parameter::name)
                .map(n -> required.contains(n) ? n : n + "=" + print.apply(defaults.getOrDefault(n, "")))
                .collect(Collectors.joining(", ", name + "(", ")"));
    }

    /// The fewest components that make an equal record, but at least so many, by name, in order.
    Map<String, Object> shortest(Record value, int least) {
        Map<String, Object> shown = values(value);
        if (!isVariadic()) {
            for (String candidate : new ArrayList<>(shown.keySet()).reversed()) {
                Map<String, Object> fewer = new LinkedHashMap<>(shown);
                fewer.remove(candidate);
                if (fewer.size() >= least && made(fewer).filter(value::equals).isPresent()) {
                    shown = fewer;
                }
            }
        }
        return shown;
    }

    private Optional<Record> made(Map<String, Object> arguments) {
        try {
            return Optional.of(make(arguments));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
