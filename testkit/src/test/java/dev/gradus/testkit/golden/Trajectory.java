package dev.gradus.testkit.golden;

import dev.gradus.Optimizer;
import dev.gradus.Parameter;
import dev.gradus.ParameterGroup;
import dev.gradus.rule.Step;
import dev.gradus.rules.adaptive.Sophia;
import dev.gradus.tensor.ElementType;
import dev.gradus.testkit.golden.GoldenCase.GoldenStep;
import dev.gradus.testkit.golden.GoldenCase.Group;
import dev.gradus.testkit.golden.GoldenCase.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/// Gradus on the way that a case describes.
final class Trajectory implements AutoCloseable {
    private final GoldenCase golden;
    private final DoubleUnaryOperator given;
    private final List<Parameter> parameters = new ArrayList<>();
    private final Map<String, Map<String, Reading>> readings = new HashMap<>();
    private final Optimizer optimizer;
    private final String firstGroup;

    /// @param given what becomes of each number that the case gives, before it is used
    /// @throws IllegalArgumentException if the case has an algorithm or a hyperparameter that is not known
    Trajectory(GoldenCase golden, DoubleUnaryOperator given) {
        this.golden = golden;
        this.given = given;
        Map<String, Parameter> byName = new HashMap<>();
        for (Tensor tensor : golden.params()) {
            Parameter parameter =
                    Parameter.of(tensor.name(), tensor.shape(), golden.type(), segment(tensor.init(), golden.type()));
            parameters.add(parameter);
            byName.put(tensor.name(), parameter);
        }
        List<ParameterGroup> groups = new ArrayList<>();
        for (Group group : golden.groups()) {
            Recipe recipe = Flavour.of(golden).recipe(golden, group.hyper());
            group.hyper().requireAllRead();
            List<Parameter> members = new ArrayList<>();
            for (Tensor tensor : group.params()) {
                readings.put(tensor.name(), recipe.states());
                members.add(byName.get(tensor.name()));
            }
            readings.putIfAbsent("", recipe.states());
            groups.add(new ParameterGroup("group " + groups.size(), members, recipe.rule(), recipe.settings()));
        }
        this.firstGroup = groups.getFirst().name();
        this.optimizer = Optimizer.of(groups);
    }

    Optimizer optimizer() {
        return optimizer;
    }

    /// The learning rate of the next step.
    double learningRate() {
        return optimizer.get(firstGroup, Step.LEARNING_RATE);
    }

    void step(GoldenStep step) {
        if (step.hessianGradients() != null) {
            bind(step.hessianGradients());
            optimizer.fire(Sophia.UPDATE_HESSIAN);
        }
        bind(step.gradients());
        optimizer.step();
    }

    private void bind(List<double @Nullable []> gradients) {
        for (int i = 0; i < gradients.size(); i++) {
            double[] gradient = gradients.get(i);
            if (gradient == null) {
                parameters.get(i).withoutGradient();
            } else {
                parameters.get(i).gradient(segment(gradient, golden.type()));
            }
        }
    }

    /// The values of a parameter as they are now.
    double[] values(int index) {
        Parameter parameter = parameters.get(index);
        double[] values = new double[(int) parameter.shape().elements()];
        for (int i = 0; i < values.length; i++) {
            values[i] = parameter.type().read(parameter.values(), i);
        }
        return values;
    }

    States states() {
        return new States(optimizer);
    }

    /// A state by the reference's name, null where the parameter has none.
    ///
    /// @param parameter empty for a state that all parameters share
    double @Nullable [] state(States states, String parameter, String name) {
        Reading reading = readings.getOrDefault(parameter, Map.of()).get(name);
        if (reading == null) {
            throw new IllegalArgumentException("unknown state \"" + name + "\" of " + golden.system());
        }
        return reading.of(states, parameter);
    }

    @Override
    public void close() {
        optimizer.close();
    }

    /// Numbers as they were recorded, in the type that they were recorded from.
    private MemorySegment segment(double[] numbers, ElementType type) {
        MemorySegment segment = MemorySegment.ofArray(new byte[numbers.length * type.bytes()]);
        for (int i = 0; i < numbers.length; i++) {
            double x = given.applyAsDouble(numbers[i]);
            switch (type) {
                case FLOAT64 -> segment.set(ValueLayout.JAVA_DOUBLE_UNALIGNED, 8L * i, x);
                case FLOAT32 -> segment.set(ValueLayout.JAVA_FLOAT_UNALIGNED, 4L * i, (float) x);
                case FLOAT16 -> segment.set(ValueLayout.JAVA_SHORT_UNALIGNED, 2L * i, Float.floatToFloat16((float) x));
                case BFLOAT16, SIGNED_8BIT, NON_NEGATIVE_8BIT ->
                    throw new IllegalArgumentException("no case was recorded in " + type);
            }
        }
        return segment;
    }
}
