package dev.gradus.text;

import dev.gradus.rule.Mask;
import dev.gradus.rule.Rule;
import dev.gradus.rule.Spelling;
import dev.gradus.schedule.Schedule;
import dev.gradus.text.Part.Parameter;
import dev.gradus.text.Vocabulary.Wrapper;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Writes values in their shortest form, or with all that they have.
final class Printer {
    private final Vocabulary vocabulary;
    private final boolean isComplete;

    /// @param isComplete whether every argument is written, with its name, also where it has its default
    Printer(Vocabulary vocabulary, boolean isComplete) {
        this.vocabulary = vocabulary;
        this.isComplete = isComplete;
    }

    /// A name with arguments.
    ///
    /// @param taken the names that no further argument may have
    private record Call(String name, List<String> arguments, List<String> taken) {
        Call with(String argument, String value) {
            return new Call(
                    name,
                    Stream.concat(arguments.stream(), Stream.of(argument + "=" + value))
                            .toList(),
                    Stream.concat(taken.stream(), Stream.of(argument)).toList());
        }

        @Override
        public String toString() {
            return arguments.isEmpty() ? name : name + "(" + String.join(", ", arguments) + ")";
        }
    }

    String print(Object value) {
        return switch (value) {
            case Double number -> number(number);
            case Long number -> number.toString();
            case Integer number -> number.toString();
            case Boolean truth -> Types.word(truth);
            case String string -> Strings.quoted(string);
            case Enum<?> word -> Types.word(word);
            case List<?> list -> elements(list).collect(Collectors.joining(", ", "[", "]"));
            case Mask mask -> mask(mask);
            case Schedule schedule -> schedule(schedule);
            case Record called -> call(called).toString();
            case Rule rule ->
                throw unwritable(
                        "the rule \"" + rule.name() + "\" (" + rule.getClass().getName() + ")");
            default -> throw unwritable("a value of " + value.getClass().getName());
        };
    }

    private Stream<String> elements(List<?> list) {
        return list.stream().map(this::print);
    }

    private static IllegalArgumentException unwritable(String what) {
        return new IllegalArgumentException(what + " cannot be written as text: it is code, not a record");
    }

    private static String number(double value) {
        if (Double.isInfinite(value)) {
            return value > 0 ? "inf" : "-inf";
        }
        return Double.isNaN(value)
                ? "nan"
                : Double.toString(value).replaceFirst("\\.0(?=E|$)", "").replace('E', 'e');
    }

    private String mask(Mask mask) {
        return switch (mask) {
            case Mask.Named(String pattern) -> Strings.quoted(pattern);
            case Mask.RankIs(int rank) -> "rank=" + rank;
            case Mask.RankAtLeast(int rank) -> "rank>=" + rank;
            case Mask.SizeIs(int axis, long size) -> "size[" + axis + "]=" + size;
            case Mask.SizeAtLeast(int axis, long size) -> "size[" + axis + "]>=" + size;
            case Mask.And(Mask left, Mask right) -> "(" + mask(left) + " and " + mask(right) + ")";
            case Mask.Or(Mask left, Mask right) -> "(" + mask(left) + " or " + mask(right) + ")";
            case Mask.Not(Mask negated) -> "not " + mask(negated);
            case Mask.Custom custom -> throw unwritable("the mask \"" + custom.name() + '"');
            default -> call((Record) mask).toString();
        };
    }

    private String schedule(Schedule schedule) {
        if (!(schedule instanceof Record called)) {
            throw unwritable("the schedule " + schedule.getClass().getName());
        }
        return (isComplete ? Optional.<String>empty() : asMethod(called))
                .orElseGet(() -> call(called).toString());
    }

    /// A schedule as what a method makes of the first schedule in it, with the fewest arguments.
    private Optional<String> asMethod(Record schedule) {
        List<Object> components = RecordPart.components(schedule);
        if (components.isEmpty() || !(components.getFirst() instanceof Schedule receiver)) {
            return Optional.empty();
        }
        Map<String, Object> values = vocabulary.part(schedule).values(schedule);
        return vocabulary.scheduleMethods().stream()
                .filter(method -> makes(method.on(receiver), values, schedule))
                .min(Comparator.comparingInt(
                                (MethodPart method) -> method.parameters().size())
                        .thenComparing(MethodPart::name))
                .map(method -> schedule(receiver) + "." + method.name() + "("
                        + method.ordered(values).stream().map(this::print).collect(Collectors.joining(", "))
                        + ")");
    }

    private static boolean makes(MethodPart method, Map<String, Object> values, Record wanted) {
        try {
            return method.make(values).equals(wanted);
        } catch (IllegalArgumentException | UnsupportedOperationException e) {
            return false;
        }
    }

    private Call call(Record value) {
        Wrapper wrapper = Vocabulary.wrapper(value.getClass());
        List<Object> components = wrapper == null ? List.of() : RecordPart.components(value);
        if (wrapper != null && components.getFirst() instanceof Record within) {
            Call call = call(within);
            if (call.taken.stream().noneMatch(name -> Spelling.fold(name).equals(wrapper.argument()))) {
                return call.with(wrapper.argument(), print(components.getLast()));
            }
        }
        RecordPart part = vocabulary.part(value);
        return new Call(
                part.name(),
                arguments(part, shown(part, value)),
                part.parameters().stream().map(Parameter::name).toList());
    }

    /// The components that have to be written. Without any, a name of the catalogue would mean what that has.
    private Map<String, Object> shown(RecordPart part, Record value) {
        if (isComplete) {
            return part.values(value);
        }
        boolean meansAnother = vocabulary
                .catalogue(part.type(), part.name())
                .filter(entry -> !entry.rule().equals(value))
                .isPresent();
        return part.shortest(value, meansAnother ? 1 : 0);
    }

    private List<String> arguments(RecordPart part, Map<String, Object> shown) {
        if (part.isVariadic() && shown.values().iterator().next() instanceof List<?> list) {
            return elements(list).toList();
        }
        List<String> arguments = new ArrayList<>();
        boolean named = isComplete;
        for (Parameter parameter : part.parameters()) {
            @Nullable Object value = shown.get(parameter.name());
            if (value == null) {
                named = true;
            } else {
                arguments.add((named ? parameter.name() + "=" : "") + print(value));
            }
        }
        return arguments;
    }
}
