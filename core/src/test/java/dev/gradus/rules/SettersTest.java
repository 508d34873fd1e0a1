package dev.gradus.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gradus.rule.Chain;
import dev.gradus.rule.Mask;
import dev.gradus.rule.Rule;
import dev.gradus.text.TextForm;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every rule of the catalogue has a method `withX` for each component X but the rules within.
class SettersTest {
    private static final List<Double> NUMBERS = List.of(0.25, 0.75, 2.5, 7.0);

    static Stream<Record> rules() {
        Map<Class<?>, Record> examples = new LinkedHashMap<>();
        Stream.concat(Rules.all().stream().map(Rules.Entry::rule), Rules.otherParts().stream())
                .flatMap(rule -> TextForm.parts(rule).stream())
                .filter(part -> part.getClass().getPackageName().startsWith("dev.gradus.rules"))
                .map(Record.class::cast)
                .forEach(part -> examples.putIfAbsent(part.getClass(), part));
        return examples.values().stream();
    }

    private static boolean isSettable(RecordComponent component) {
        return !Rule.class.isAssignableFrom(component.getType()) && component.getType() != Mask.class;
    }

    private static String setter(RecordComponent component) {
        String name = component.getName();
        return "with" + Character.toUpperCase(name.charAt(0)) + name.substring(1);
    }

    @ParameterizedTest
    @MethodSource("rules")
    void allComponentsHaveSettersAndAllSettersComponents(Record rule) {
        assertThat(rule).isNotInstanceOf(Chain.class);
        assertThat(Arrays.stream(rule.getClass().getDeclaredMethods())
                        .map(Method::getName)
                        .filter(name -> name.startsWith("with")))
                .as("setters of " + rule.getClass().getSimpleName())
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(rule.getClass().getRecordComponents())
                                .filter(SettersTest::isSettable)
                                .map(SettersTest::setter)
                                .toList());
    }

    @ParameterizedTest
    @MethodSource("rules")
    void aSetterChangesItsComponentAndNoOther(Record rule) throws ReflectiveOperationException {
        for (RecordComponent component : rule.getClass().getRecordComponents()) {
            if (isSettable(component)) {
                Method setter = rule.getClass().getMethod(setter(component), component.getType());
                boolean changed = false;
                for (Object value :
                        others(component.getType(), component.getAccessor().invoke(rule))) {
                    changed |= changes(rule, component, setter, value);
                }
                assertThat(changed).as("a value for %s", setter).isTrue();
            }
        }
    }

    /// Values of a type other than the given one.
    private static List<Object> others(Class<?> type, Object value) {
        Stream<?> all = type == double.class
                ? NUMBERS.stream()
                : type == long.class
                        ? Stream.of(3L, 5L)
                        : type == boolean.class ? Stream.of(true, false) : Arrays.stream(type.getEnumConstants());
        return all.filter(other -> !other.equals(value))
                .<Object>map(other -> other)
                .toList();
    }

    /// Whether the rule allows the value; if so, the copy has it, and all other components as they were.
    private static boolean changes(Record rule, RecordComponent component, Method setter, Object value)
            throws ReflectiveOperationException {
        Object copy;
        try {
            copy = setter.invoke(rule, value);
        } catch (InvocationTargetException e) {
            assertThat(e.getCause()).isInstanceOf(IllegalArgumentException.class);
            return false;
        }
        assertThat(copy).hasSameClassAs(rule);
        for (RecordComponent each : rule.getClass().getRecordComponents()) {
            Object expected = each.getName().equals(component.getName())
                    ? value
                    : each.getAccessor().invoke(rule);
            assertThat(each.getAccessor().invoke(copy))
                    .as("%s of %s", each, copy)
                    .isEqualTo(expected);
        }
        return true;
    }
}
