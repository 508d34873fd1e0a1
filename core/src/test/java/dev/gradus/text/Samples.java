package dev.gradus.text;

import dev.gradus.rule.Mask;
import dev.gradus.rule.Rule;
import dev.gradus.schedule.Schedule;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;

/// Values of any type that a text can have, at random but the same for the same seed.
final class Samples {
    private static final int ATTEMPTS = 1_000;
    private static final Vocabulary VOCABULARY = Vocabulary.standard();

    private static final List<Double> NUMBERS = List.of(
            0.5, 0.9, 0.25, 0.0, 1.0, 2.0, 5.0, 20.0, 1e-8, 0.1 + 0.2, 1e7, 1.2345e22, -1.0, Double.POSITIVE_INFINITY);
    private static final List<Long> WHOLE_NUMBERS = List.of(1L, 2L, 0L, 10L, 128L, 1_000L, -3L);
    private static final List<String> STRINGS = List.of(
            "fast", "a b", "*.bias", "", "q\"uote", "back\\slash", "β\n\t\u0000\u202e", "\ud83d\ude00", "\ud800");

    private final Random random;

    Samples(long seed) {
        random = new Random(seed);
    }

    /// A value of a type.
    ///
    /// @param depth how many more records may be nested
    Object of(Type type, int depth) {
        Class<?> wanted = Types.classOf(type);
        if (wanted == double.class) {
            return one(NUMBERS);
        }
        if (wanted == long.class || wanted == Long.class) {
            return one(WHOLE_NUMBERS);
        }
        if (wanted == int.class) {
            return one(WHOLE_NUMBERS).intValue();
        }
        if (wanted == boolean.class) {
            return random.nextBoolean();
        }
        if (wanted == String.class) {
            return one(STRINGS);
        }
        if (wanted.isEnum()) {
            return one(List.of(wanted.getEnumConstants()));
        }
        if (wanted == List.class) {
            return Stream.generate(() -> of(Types.elementOf(type), depth - 1))
                    .limit(1 + random.nextInt(3))
                    .toList();
        }
        List<RecordPart> parts = parts(wanted);
        while (true) {
            Optional<Record> made = of(one(parts), depth);
            if (made.isPresent() && wanted.isInstance(made.get())) {
                return made.get();
            }
        }
    }

    /// Something that a record allows, if it is found by trying; with its defaults where nesting has to end.
    Optional<Record> of(RecordPart part, int depth) {
        for (int i = 0; i < ATTEMPTS; i++) {
            Map<String, Object> arguments = new LinkedHashMap<>();
            boolean nests = false;
            for (Part.Parameter parameter : part.parameters()) {
                Class<?> type = Types.classOf(parameter.type());
                nests |= !type.isPrimitive() && !type.isEnum() && type != String.class;
                if (depth > 0 || !nests) {
                    arguments.put(parameter.name(), of(parameter.type(), depth - 1));
                }
            }
            if (nests && depth <= 0) {
                return Optional.empty();
            }
            Optional<Record> made = make(part, arguments);
            if (made.isPresent()) {
                return made;
            }
        }
        return Optional.empty();
    }

    /// A record that differs in one component, if it is found by trying.
    Optional<Record> changed(RecordPart part, Record value, Part.Parameter component) {
        for (int i = 0; i < ATTEMPTS; i++) {
            Map<String, Object> arguments = part.values(value);
            Object other = of(component.type(), 1);
            if (!other.equals(arguments.put(component.name(), other))) {
                Optional<Record> made = make(part, arguments);
                if (made.isPresent()) {
                    return made;
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<Record> make(RecordPart part, Map<String, Object> arguments) {
        try {
            return Optional.of(part.make(arguments));
        } catch (IllegalArgumentException | UnsupportedOperationException e) {
            return Optional.empty();
        }
    }

    private <T> T one(List<T> values) {
        return values.get(random.nextInt(values.size()));
    }

    /// The records of a type.
    static List<RecordPart> parts(Class<?> wanted) {
        if (wanted == Mask.class) {
            return Stream.of(Mask.class.getPermittedSubclasses())
                    .filter(type -> type != Mask.Custom.class)
                    .map(type -> new RecordPart(type.getSimpleName(), type.asSubclass(Record.class)))
                    .toList();
        }
        List<RecordPart> parts = new ArrayList<>();
        Class<?> kind = Rule.class.isAssignableFrom(wanted)
                ? Rule.class
                : Schedule.class.isAssignableFrom(wanted) ? Schedule.class : wanted;
        for (String name : VOCABULARY.names(kind)) {
            VOCABULARY
                    .part(kind, name)
                    .filter(RecordPart.class::isInstance)
                    .map(RecordPart.class::cast)
                    .filter(part -> wanted.isAssignableFrom(part.type()))
                    .ifPresent(parts::add);
        }
        return parts;
    }
}
