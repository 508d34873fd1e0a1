package dev.gradus.rules;

import static dev.gradus.expr.Formulas.ema;
import static dev.gradus.expr.Formulas.square;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gradus.Optimizer;
import dev.gradus.Parameter;
import dev.gradus.ParameterGroup;
import dev.gradus.expr.Clock;
import dev.gradus.expr.Expr;
import dev.gradus.rule.Mask;
import dev.gradus.rule.Rule;
import dev.gradus.rule.Step;
import dev.gradus.rules.adaptive.Adaptive;
import dev.gradus.rules.adaptive.Moments;
import dev.gradus.tensor.Shape;
import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// A rule learns of events through every wrapper of the catalogue.
class WrapperEventsTest {
    private static final String RING = "ring";
    private static final Set<String> EVENTS = Set.of(RING, Rule.EVALUATE, Rule.TRAIN);

    /// Counts the events that arrive.
    record Bell() implements Adaptive {
        @Override
        public Moments moments(Step s) {
            Expr beta = Expr.constant(0.5);
            Expr g = s.direction();
            Expr m = s.state("m").becomes(old -> ema(beta, old, g));
            Expr v = s.state("v").nonNegative().becomes(old -> ema(beta, old, square(g)));
            EVENTS.forEach(event -> s.scalar(event, Expr.ZERO).before());
            return new Moments(g, m, m, v, v, beta, beta, s.t(), d -> d.m().div(d.v().plus(1)));
        }

        @Override
        public Set<String> events() {
            return EVENTS;
        }

        @Override
        public Step on(String event, Step s) {
            s.scalar(event, Expr.ZERO).write(old -> old.plus(1));
            return s;
        }
    }

    static Stream<Arguments> wrappers() throws ReflectiveOperationException {
        Map<Class<?>, Record> examples = new LinkedHashMap<>();
        Rules.all().forEach(entry -> collect(entry.rule(), examples));
        Rules.otherParts().forEach(part -> collect(part, examples));
        collect(Rules.adam().onlyFor(Mask.rank(1)), examples);
        collect(Rules.adam().named("adam2"), examples);
        collect(Rules.adam().countingWith(Clock.OPTIMIZER), examples);
        List<Arguments> wrappers = new ArrayList<>();
        for (Record example : examples.values()) {
            RecordComponent[] components = example.getClass().getRecordComponents();
            for (int i = 0; i < components.length; i++) {
                if (holdsABell(components[i])) {
                    String name = example.getClass().getSimpleName() + "." + components[i].getName();
                    wrappers.add(Arguments.of(name, around(example, i)));
                }
            }
        }
        return wrappers.stream();
    }

    private static void collect(Object part, Map<Class<?>, Record> examples) {
        if (part instanceof Collection<?> list) {
            list.forEach(element -> collect(element, examples));
        } else if (part instanceof Record rule && part instanceof Rule) {
            examples.putIfAbsent(rule.getClass(), rule);
            Arrays.stream(rule.getClass().getRecordComponents()).forEach(c -> collect(value(c, rule), examples));
        }
    }

    private static Object value(RecordComponent component, Record rule) {
        try {
            return component.getAccessor().invoke(rule);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean holdsABell(RecordComponent component) {
        return component.getType().isAssignableFrom(Bell.class) && Rule.class.isAssignableFrom(component.getType())
                || component.getGenericType().getTypeName().equals("java.util.List<" + Rule.class.getName() + ">");
    }

    /// The wrapper with a bell in the place of one of its rules.
    private static Rule around(Record wrapper, int place) throws ReflectiveOperationException {
        RecordComponent[] components = wrapper.getClass().getRecordComponents();
        Object[] values = Arrays.stream(components).map(c -> value(c, wrapper)).toArray();
        values[place] = values[place] instanceof List<?> ? List.of(new Bell()) : new Bell();
        Class<?>[] types =
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        Constructor<?> constructor = wrapper.getClass().getDeclaredConstructor(types);
        return (Rule) constructor.newInstance(values);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wrappers")
    void eventsReachTheRuleWithin(String name, Rule wrapper) {
        assertThat(wrapper.events()).as("events of %s", name).containsAll(EVENTS);
        for (Shape shape : List.of(Shape.of(4), Shape.of(2, 2), Shape.of(2, 2, 1, 1))) {
            Parameter parameter =
                    Parameter.of("w", shape, new double[] {1, 2, 3, 4}).gradient(new double[4]);
            try (Optimizer optimizer = Optimizer.of(new ParameterGroup("all", List.of(parameter), wrapper, 0.1))) {
                String bell = optimizer.states().stream()
                        .map(state -> state.name())
                        .filter(state -> state.endsWith("." + RING))
                        .findFirst()
                        .orElse("");
                if (bell.isEmpty()) {
                    continue;
                }
                String link = bell.substring(0, bell.length() - RING.length());
                optimizer.fire(RING);
                assertThat(optimizer.state(link + RING).toArray()).as(name).containsExactly(1);
                optimizer.evaluate();
                assertThat(optimizer.state(link + Rule.EVALUATE).toArray())
                        .as(name)
                        .containsExactly(1);
                optimizer.train();
                assertThat(optimizer.state(link + Rule.TRAIN).toArray())
                        .as(name)
                        .containsExactly(1);
                return;
            }
        }
        throw new AssertionError(name + ": the rule within takes part for no parameter");
    }

    @Test
    void everyWrapperIsAmongThem() throws ReflectiveOperationException {
        assertThat(wrappers()).hasSizeGreaterThanOrEqualTo(20);
    }
}
