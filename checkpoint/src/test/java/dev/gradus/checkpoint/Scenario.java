package dev.gradus.checkpoint;

import dev.gradus.Optimizer;
import dev.gradus.Options;
import dev.gradus.Parameter;
import dev.gradus.ParameterGroup;
import dev.gradus.RowGradient;
import dev.gradus.rule.Mask;
import dev.gradus.rule.Rule;
import dev.gradus.rules.control.ScaleLoss;
import dev.gradus.rules.control.SkipNonFinite;
import dev.gradus.rules.control.ZeroNonFinite;
import dev.gradus.schedule.ObservingSchedule;
import dev.gradus.tensor.ElementType;
import dev.gradus.tensor.Shape;
import dev.gradus.text.TextForm;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/// A training that one process begins and another ends. What happens in a step follows from its number alone.
///
/// It is interrupted within the cycle of anything that does something every 2, 3, 4, 5 or 6 steps, while one parameter
/// is frozen and another has missed a step.
///
/// @param name unique
/// @param shapes the parameters
/// @param type the parameters'
/// @param groups what trains them
/// @param hasRowGradients whether gradients are those of some rows
/// @param isEvaluated whether it is in evaluation mode when it is interrupted
/// @param threads in the first and the second process
record Scenario(
        String name,
        Map<String, Shape> shapes,
        ElementType type,
        Function<List<Parameter>, List<ParameterGroup>> groups,
        boolean hasRowGradients,
        boolean isEvaluated,
        Threads threads) {
    static final int INTERRUPTED = 7;
    static final int END = 15;

    private static final int FREEZES = 4;
    private static final int MISSES = 2;
    private static final Set<Integer> NOT_FINITE = Set.of(5, 8);

    /// How many threads make a step.
    record Threads(int first, int later) {}

    Scenario(String name, Map<String, Shape> shapes, Function<List<Parameter>, List<ParameterGroup>> groups) {
        this(name, shapes, ElementType.FLOAT32, groups, false, false, new Threads(1, 1));
    }

    Scenario of(ElementType other) {
        return new Scenario(name, shapes, other, groups, hasRowGradients, isEvaluated, threads);
    }

    Scenario withRowGradients() {
        return new Scenario(name, shapes, type, groups, true, isEvaluated, threads);
    }

    Scenario evaluated() {
        return new Scenario(name, shapes, type, groups, hasRowGradients, true, threads);
    }

    Scenario with(Threads others) {
        return new Scenario(name, shapes, type, groups, hasRowGradients, isEvaluated, others);
    }

    /// Whether the rules can do it.
    boolean isPossible() {
        try (Run run = new Run(false)) {
            run.steps(0, 1);
            return true;
        } catch (IllegalArgumentException refused) {
            return false;
        }
    }

    /// It at work.
    final class Run implements AutoCloseable {
        final Optimizer optimizer;
        private final List<Parameter> parameters = new ArrayList<>();
        private final boolean toleratesInfinity;
        private final boolean observes;
        private final Set<String> events = new TreeSet<>();

        /// @param isLater whether it is in the second process: with other threads, and all in another order
        Run(boolean isLater) {
            new TreeSet<>(shapes.keySet()).forEach(this::addParameter);
            if (isLater) {
                Collections.reverse(parameters);
            }
            List<ParameterGroup> ordered = new ArrayList<>(groups.apply(parameters));
            if (isLater) {
                Collections.reverse(ordered);
            }
            optimizer = Optimizer.of(new Options().withThreads(isLater ? threads.later : threads.first), ordered);
            toleratesInfinity = ordered.stream().allMatch(group -> toleratesInfinity(group.rule()));
            observes = ordered.stream()
                    .flatMap(group -> group.settings().values().stream())
                    .anyMatch(ObservingSchedule.class::isInstance);
            if (!hasRowGradients) {
                ordered.forEach(group -> events.addAll(group.rule().events()));
                events.removeAll(Set.of(Rule.EVALUATE, Rule.TRAIN));
            }
        }

        private static boolean toleratesInfinity(Rule rule) {
            return TextForm.parts(rule).stream()
                    .anyMatch(part -> part instanceof SkipNonFinite
                            || part instanceof ScaleLoss
                            || part instanceof ZeroNonFinite);
        }

        private void addParameter(String name) {
            Shape shape = Objects.requireNonNull(shapes.get(name));
            MemorySegment values = random(shape.elements(), new Random(name.hashCode()), 0);
            parameters.add(Parameter.of(name, shape, type, values));
        }

        private MemorySegment random(long elements, Random random, float center) {
            MemorySegment memory = Arena.ofAuto().allocate(type.bytes(elements), Long.BYTES);
            for (long i = 0; i < elements; i++) {
                write(memory, i, random.nextFloat(center - 1, center + 1));
            }
            return memory;
        }

        private void write(MemorySegment memory, long index, float x) {
            switch (type) {
                case FLOAT32 -> memory.setAtIndex(ValueLayout.JAVA_FLOAT, index, x);
                case FLOAT64 -> memory.setAtIndex(ValueLayout.JAVA_DOUBLE, index, x);
                case FLOAT16 -> memory.setAtIndex(ValueLayout.JAVA_SHORT, index, Float.floatToFloat16(x));
                case BFLOAT16 ->
                    memory.setAtIndex(ValueLayout.JAVA_SHORT, index, (short) (Float.floatToRawIntBits(x) >> 16));
                default -> throw new IllegalStateException("no parameter is " + type);
            }
        }

        void steps(int from, int to) {
            for (int step = from; step < to; step++) {
                step(step);
            }
        }

        private void step(int step) {
            for (Parameter parameter : parameters) {
                draw(parameter, step);
            }
            if (step == FREEZES) {
                optimizer.freeze(Mask.named("b"));
            } else if (step == INTERRUPTED + 2) {
                optimizer.unfreeze(Mask.named("b"));
            }
            if (step % 2 == 0) {
                events.forEach(optimizer::fire);
            }
            optimizer.step();
            if (observes) {
                optimizer.observe(step);
            }
        }

        private void draw(Parameter parameter, int step) {
            Random random = new Random(31L * step + parameter.name().hashCode());
            long rows = parameter.shape().size(0);
            long[] indices = random.longs(rows / 4, 0, rows).toArray();
            long elements = parameter.shape().elements();
            MemorySegment gradient =
                    random(hasRowGradients ? elements / rows * indices.length : elements, random, 0.5f);
            if (toleratesInfinity && NOT_FINITE.contains(step)) {
                write(gradient, 0, Float.POSITIVE_INFINITY);
            }
            if (step == MISSES && parameter.name().equals("c")) {
                parameter.withoutGradient();
            } else if (hasRowGradients) {
                parameter.gradient(new RowGradient(MemorySegment.ofArray(indices), gradient));
            } else {
                parameter.gradient(gradient);
            }
        }

        @Override
        public void close() {
            optimizer.close();
        }
    }
}
