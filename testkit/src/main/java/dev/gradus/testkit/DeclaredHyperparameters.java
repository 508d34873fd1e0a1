package dev.gradus.testkit;

import dev.gradus.rule.Rule;
import dev.gradus.rule.Trace;
import dev.gradus.rule.Trace.Unread;
import dev.gradus.tensor.Shape;
import java.lang.reflect.Constructor;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Which hyperparameters a rule [declares][Hyperparameter] without ever reading them: a group could set them, and
/// nothing would change.
///
/// A rule may read a hyperparameter for some parameters only, at an event, or in one of its variants. So a
/// hyperparameter counts as read if any trace reads it: of the step or of an event, for any of the given shapes, of the
/// rule or of a variant with one other component. It also counts if the rule asked for the parameter's name or shape,
/// because it may read the hyperparameter for others.
final class DeclaredHyperparameters {
    /// What numbers of a variant are, besides the rule's own.
    private static final List<Double> NUMBERS = List.of(0.0, 1e-8, 0.25, 0.5, 1.0, 2.0, 10.0, 1000.0);

    private static final String PARAMETER = "p";

    private final List<Shape> shapes;

    DeclaredHyperparameters(List<Shape> shapes) {
        this.shapes = shapes;
    }

    /// The hyperparameters that nothing reads.
    List<Unread> neverRead(Rule rule) {
        return unread(rule).stream()
                .filter(unread -> !unread.asked() && !isReadByAVariant(unread))
                .toList();
    }

    /// The hyperparameters that no trace of the rule reads.
    private List<Unread> unread(Rule rule) {
        Set<String> read = new HashSet<>();
        Map<String, Unread> unread = new LinkedHashMap<>();
        for (Trace trace : traces(rule)) {
            trace.hyperparameters().forEach(use -> read.add(use.name()));
            trace.unread()
                    .forEach(found -> unread.merge(found.name(), found, (one, other) -> one.asked() ? one : other));
        }
        unread.keySet().removeAll(read);
        return List.copyOf(unread.values());
    }

    private List<Trace> traces(Rule rule) {
        return shapes.stream()
                .flatMap(shape -> Stream.concat(
                        Stream.of(Trace.of(rule, PARAMETER, shape)),
                        rule.events().stream().map(event -> Trace.of(rule, event, PARAMETER, shape))))
                .toList();
    }

    private boolean isReadByAVariant(Unread unread) {
        try {
            return variants(unread.rule()).anyMatch(variant -> reads(variant, shortName(unread)));
        } catch (InaccessibleObjectException encapsulated) {
            // The rule's module does not let us make variants: it has the benefit of the doubt.
            return true;
        }
    }

    private boolean reads(Rule variant, String hyperparameter) {
        try {
            return unread(variant).stream().noneMatch(other -> shortName(other).equals(hyperparameter));
        } catch (IllegalArgumentException | IllegalStateException refused) {
            return false;
        }
    }

    private static String shortName(Unread unread) {
        return unread.name().substring(unread.name().lastIndexOf('.') + 1);
    }

    /// The rules that differ from a record in one number, choice or flag; values that its constructor refuses are left
    /// out.
    private static Stream<Rule> variants(Rule rule) {
        RecordComponent[] components = rule.getClass().getRecordComponents();
        return IntStream.range(0, components.length)
                .boxed()
                .flatMap(i -> alternatives(components[i].getType()).flatMap(value -> with(rule, i, value).stream()));
    }

    private static Stream<Object> alternatives(Class<?> type) {
        if (type.isEnum()) {
            return Arrays.stream(type.getEnumConstants());
        }
        if (type == boolean.class) {
            return Stream.of(true, false);
        }
        return NUMBERS.stream().flatMap(x -> {
            if (type == double.class) {
                return Stream.of(x);
            }
            boolean isWhole = x == Math.rint(x);
            if (type == int.class && isWhole) {
                return Stream.of(x.intValue());
            }
            return type == long.class && isWhole ? Stream.of(x.longValue()) : Stream.of();
        });
    }

    /// A record with another value of one component.
    private static Optional<Rule> with(Rule rule, int component, Object value) {
        RecordComponent[] components = rule.getClass().getRecordComponents();
        try {
            Object[] values = new Object[components.length];
            Class<?>[] types = new Class<?>[components.length];
            for (int i = 0; i < components.length; i++) {
                Method accessor = components[i].getAccessor();
                accessor.setAccessible(true);
                types[i] = components[i].getType();
                values[i] = i == component ? value : accessor.invoke(rule);
            }
            Constructor<?> constructor = rule.getClass().getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return Optional.of((Rule) constructor.newInstance(values));
        } catch (InvocationTargetException refused) {
            return Optional.empty();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("no variant of " + rule + " could be made", e);
        }
    }
}
