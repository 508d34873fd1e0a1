package dev.gradus.djl;

import ai.djl.ndarray.NDArray;
import dev.gradus.Parameter;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// A parameter of a DJL block, and what it is to Gradus once it has been trainable.
final class Member {
    private final String name;
    private final ai.djl.nn.Parameter source;
    private @Nullable NDArray array;
    private @Nullable Parameter parameter;
    private long gradientAddress;

    Member(String name, ai.djl.nn.Parameter source) {
        this.name = name;
        this.source = source;
    }

    String name() {
        return name;
    }

    boolean isIn(Group group) {
        return group.members().matches(name, ArrayMemory.shape(source.getArray()));
    }

    boolean isFrozen() {
        return !source.requiresGradient();
    }

    /// Whether Gradus updates it; until then it has no state.
    boolean hasJoined() {
        return parameter != null;
    }

    /// This as a parameter of an optimizer; [#join] says that the optimizer has taken it.
    Parameter toParameter() {
        NDArray values = source.getArray();
        MemorySegment memory = ArrayMemory.of(what(), values);
        return Parameter.of(name, ArrayMemory.shape(values), ArrayMemory.type(what(), values), memory);
    }

    void join(Parameter taken) {
        parameter = taken;
        array = source.getArray();
    }

    /// Refuses an array that is not the block's own: updating it would train a copy that nobody reads.
    void requireOriginal(NDArray weight) {
        if (!isOwn(weight)) {
            throw new IllegalArgumentException("the trainer's array of " + what() + " (on " + weight.getDevice()
                    + ") is not the model's (on " + source.getArray().getDevice() + "): Gradus trains on one device, "
                    + "the CPU, with the model on it too; load parameters before the trainer is made");
        }
    }

    /// Tells Gradus where the gradient of this step is, or that there is none.
    void bindGradient() {
        if (parameter == null || array == null) {
            return;
        }
        if (isFrozen() || !array.hasGradient()) {
            parameter.withoutGradient();
            return;
        }
        requireUnmoved(array, parameter);
        String what = "the gradient of " + what();
        try (NDArray gradient = array.getGradient()) {
            ArrayMemory.requireReachable(what, gradient);
            MemorySegment memory = ArrayMemory.view(gradient);
            if (memory.address() == gradientAddress || isLasting(what, gradient, array)) {
                parameter.gradient(memory);
                gradientAddress = memory.address();
            } else {
                parameter.withoutGradient();
            }
        }
    }

    /// Where there is no gradient yet DJL makes up zeros, anew for each call.
    private static boolean isLasting(String what, NDArray gradient, NDArray array) {
        try (NDArray again = array.getGradient()) {
            return ArrayMemory.of(what, gradient).address()
                    == ArrayMemory.of(what, again).address();
        }
    }

    /// Gradus writes to addresses: memory that is no longer the array's must not be touched.
    private void requireUnmoved(NDArray known, Parameter bound) {
        if (!isOwn(known) || ArrayMemory.view(known).address() != bound.values().address()) {
            throw new IllegalStateException("the array of " + what()
                    + " has been replaced since training began (by loading parameters or NDArray.set(Buffer), say): "
                    + "write into the array that is there with copyTo, or make a new GradusOptimizer");
        }
    }

    /// Equality of NDArrays is that of their numbers.
    @SuppressWarnings("ReferenceEquality")
    private boolean isOwn(NDArray candidate) {
        return candidate == source.getArray();
    }

    private String what() {
        return "parameter " + name;
    }
}
