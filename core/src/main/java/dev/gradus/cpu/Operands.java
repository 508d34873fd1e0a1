package dev.gradus.cpu;

import dev.gradus.engine.TaskMemory;
import dev.gradus.engine.Tensor;
import dev.gradus.expr.State;
import dev.gradus.program.Operand;
import dev.gradus.program.Variant;
import dev.gradus.tensor.ElementType;
import dev.gradus.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The tensors that the passes of a variant load and store, for one parameter.
final class Operands {
    private final Variant variant;
    private final Tensor[] tensors;

    /// The scratch memory of a thread that an operand is in, or −1.
    private final int[] scratch;

    private final int scratchCount;

    /// The values of operands of reduced shape that passes leave each other.
    private final double[] @Nullable [] reduced;

    private @Nullable Tensor gradient;
    private int changes;

    /// @param shape in terms of the variant's merged axes
    Operands(Variant variant, Shape shape, TaskMemory memory) {
        this.variant = variant;
        this.tensors = new Tensor[variant.operands().size()];
        this.scratch = new int[tensors.length];
        this.reduced = new double[tensors.length][];
        ElementType type = memory.theta().type().arithmetic();
        int count = 0;
        for (int i = 0; i < tensors.length; i++) {
            Operand operand = variant.operands().get(i);
            scratch[i] = operand.isFullScratch() ? count++ : -1;
            tensors[i] = switch (operand.kind()) {
                case THETA, GRADIENT -> memory.theta();
                case STATE -> memory.state(stateOf(operand));
                case NOISE ->
                    new Tensor(MemorySegment.NULL, type, null, memory.noise(Objects.requireNonNull(operand.noise())));
                case SCRATCH -> {
                    if (scratch[i] >= 0) {
                        yield memory.theta(); // A thread has it.
                    }
                    reduced[i] = new double[Math.toIntExact(shape.elements(operand.axes()))];
                    yield new Tensor(MemorySegment.ofArray(reduced[i]), ElementType.FLOAT64);
                }
            };
        }
        this.scratchCount = count;
    }

    private static State stateOf(Operand operand) {
        State state = operand.state();
        if (state == null) {
            throw new IllegalStateException(operand + " has no state");
        }
        return state;
    }

    Tensor tensor(int operand) {
        return tensors[operand];
    }

    /// An operand of a kernel: of a complement, the narrower copy.
    Tensor kernelTensor(int operand) {
        return operand >= 0 ? tensors[operand] : Objects.requireNonNull(tensors[~operand].rounded());
    }

    boolean isNoise(int operand) {
        return variant.operands().get(operand).kind() == Operand.Kind.NOISE;
    }

    /// The scratch memory of a thread that an operand is in, or −1 where it has memory of its own.
    int scratch(int operand) {
        return scratch[operand];
    }

    /// The number of operands in scratch memory.
    int scratchCount() {
        return scratchCount;
    }

    /// The values of an operand of reduced shape that a pass leaves, or null for any other operand.
    double @Nullable [] reduced(int operand) {
        return reduced[operand];
    }

    /// The gradient bound last, or null.
    @Nullable
    Tensor gradient() {
        return gradient;
    }

    void bindGradient(Tensor newGradient) {
        if (newGradient == gradient) {
            return;
        }
        gradient = newGradient;
        changes++;
        for (int i = 0; i < tensors.length; i++) {
            if (variant.operands().get(i).kind() == Operand.Kind.GRADIENT) {
                tensors[i] = newGradient;
            }
        }
    }

    /// Grows with every change of a tensor.
    int changes() {
        return changes;
    }
}
