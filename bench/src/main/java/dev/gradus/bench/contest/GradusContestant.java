package dev.gradus.bench.contest;

import dev.gradus.Optimizer;
import dev.gradus.Options;
import dev.gradus.Parameter;
import dev.gradus.ParameterGroup;
import dev.gradus.StateView;
import dev.gradus.tensor.ElementType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/// Gradus with one rule.
final class GradusContestant implements Contestant {
    private final Arena arena = Arena.ofShared();
    private final Memory memory;
    private final float[][] sharedGradients;
    private final List<MemorySegment> values = new ArrayList<>();
    private final List<MemorySegment> gradients = new ArrayList<>();
    private final Optimizer optimizer;

    GradusContestant(Entrant entrant, Options options, Start start) {
        this.memory = entrant.memory();
        this.sharedGradients = start.gradients();
        Layout layout = start.layout();
        List<Parameter> parameters = new ArrayList<>();
        for (int tensor = 0; tensor < layout.tensors(); tensor++) {
            MemorySegment value = memory.parameter(start.theta()[tensor], arena);
            MemorySegment gradient = memory.gradient(start.gradients()[tensor], arena);
            values.add(value);
            gradients.add(gradient);
            parameters.add(Parameter.of("tensor%05d".formatted(tensor), layout.shape(), ElementType.FLOAT32, value)
                    .gradient(gradient));
        }
        optimizer = Optimizer.of(
                options.withThreads(start.threads()),
                List.of(new ParameterGroup(
                                "all", parameters, entrant.algorithm().rule(), start.learningRate())
                        .withStateFormat(entrant.format())));
    }

    @Override
    public void step() {
        optimizer.step();
    }

    @Override
    public void gradientsChanged() {
        if (!memory.gradientsAreArrays()) {
            for (int tensor = 0; tensor < sharedGradients.length; tensor++) {
                gradients.get(tensor).copyFrom(MemorySegment.ofArray(sharedGradients[tensor]));
            }
        }
    }

    @Override
    public double value(int tensor, int element) {
        return values.get(tensor).getAtIndex(ValueLayout.JAVA_FLOAT, element);
    }

    /// The number of elements of values and states.
    long elements() {
        long elements = 0;
        for (MemorySegment value : values) {
            elements += value.byteSize() / Float.BYTES;
        }
        for (StateView state : optimizer.states()) {
            elements += state.shape().elements();
        }
        return elements;
    }

    /// The number of elements of values and states whose bits are not those of another contestant's.
    long differences(GradusContestant other) {
        long different = 0;
        for (int tensor = 0; tensor < values.size(); tensor++) {
            different += differences(values.get(tensor), other.values.get(tensor), ElementType.FLOAT32);
        }
        List<StateView> states = optimizer.states();
        List<StateView> others = other.optimizer.states();
        for (int i = 0; i < Math.max(states.size(), others.size()); i++) {
            StateView state = states.get(i);
            StateView its = others.get(i);
            if (!state.name().equals(its.name())) {
                throw new IllegalStateException("states differ: " + state.name() + " and " + its.name());
            }
            different += differences(state.values(), its.values(), state.type());
        }
        return different;
    }

    private static long differences(MemorySegment mine, MemorySegment its, ElementType type) {
        long size = type.bytes();
        long different = Math.abs(mine.byteSize() - its.byteSize()) / size;
        long end = Math.min(mine.byteSize(), its.byteSize());
        long from = 0;
        while (from < end) {
            long gap = MemorySegment.mismatch(mine, from, end, its, from, end);
            if (gap < 0) {
                break;
            }
            long element = (from + gap) / size;
            // All NaNs are one value; codes of 8 bits are compared as they are.
            if (type.isEightBit()
                    || !Double.isNaN(type.read(mine, element))
                    || !Double.isNaN(type.read(its, element))) {
                different++;
            }
            from = (element + 1) * size;
        }
        return different;
    }

    @Override
    public void close() {
        optimizer.close();
        arena.close();
    }
}
