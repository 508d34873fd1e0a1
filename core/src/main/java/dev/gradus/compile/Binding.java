package dev.gradus.compile;

import dev.gradus.expr.Axes;
import dev.gradus.expr.ElementType;
import dev.gradus.expr.Shape;
import dev.gradus.expr.State;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A variant bound to the memory of one parameter.
final class Binding {
    final Variant variant;

    /// The numbers of the host.
    final double[] slots;

    /// The kernels of passes that have been bound, by pass.
    final Simd.@Nullable Bound[] kernels;

    /// The states with one number that the variant writes.
    final List<State> numbers;

    /// Fills the slots of the numbers that a step depends on.
    final Inputs inputs;

    private final Shape shape;
    private final ElementType type;
    private final Tensor[] operands;
    private final @Nullable Projection[][] projections;
    private final Accumulator[] accumulators;
    private final double[][] results;

    /// @param shape the parameter's
    Binding(Variant variant, Shape shape, Execution.Memory memory) {
        this.variant = variant;
        this.slots = new double[variant.slots()];
        this.kernels = new Simd.Bound[variant.passes().size()];
        this.numbers = List.copyOf(variant.numbers().keySet());
        this.inputs = new Inputs(variant.leaves(), slots, shape);
        this.shape = variant.merged().merge(shape);
        this.type = memory.theta().type();
        this.operands = new Tensor[variant.operands().size()];
        double[][] scratch = new double[operands.length][];
        for (int i = 0; i < operands.length; i++) {
            Operand operand = variant.operands().get(i);
            operands[i] = switch (operand.kind()) {
                case THETA, GRADIENT -> memory.theta();
                case STATE -> memory.state(stateOf(operand));
                case SCRATCH -> {
                    scratch[i] = new double[Math.toIntExact(this.shape.elements(operand.axes()))];
                    yield new Tensor(MemorySegment.ofArray(scratch[i]), ElementType.FLOAT64);
                }
            };
        }
        List<Reduction> reductions = variant.reductions();
        this.results = new double[reductions.size()][];
        this.accumulators = new Accumulator[results.length];
        for (int i = 0; i < results.length; i++) {
            Reduction reduction = reductions.get(i);
            results[i] = reduction.kept().isHost() ? new double[1] : scratch[reduction.target()];
            accumulators[i] = new Accumulator(reduction, this.shape, results[i]);
        }
        this.projections = new Projection[variant.passes().size()][operands.length];
        for (int pass = 0; pass < projections.length; pass++) {
            Axes axes = variant.passes().get(pass).axes();
            for (int i = 0; i < operands.length; i++) {
                Axes kept = variant.operands().get(i).axes();
                if (!kept.equals(axes) && axes.containsAll(kept)) {
                    projections[pass][i] = new Projection(this.shape, axes, kept);
                }
            }
        }
    }

    private static State stateOf(Operand operand) {
        State state = operand.state();
        if (state == null) {
            throw new IllegalStateException(operand + " has no state");
        }
        return state;
    }

    /// The shape in terms of the variant's merged axes.
    Shape shape() {
        return shape;
    }

    Tensor operand(int index) {
        return operands[index];
    }

    /// How the elements of an operand are found in a pass, or null where they correspond one to one.
    @Nullable
    Projection projection(int pass, int operand) {
        return projections[pass][operand];
    }

    Accumulator accumulator(int reduction) {
        return accumulators[reduction];
    }

    void bindGradient(Tensor gradient) {
        for (int i = 0; i < operands.length; i++) {
            if (variant.operands().get(i).kind() == Operand.Kind.GRADIENT) {
                operands[i] = gradient;
            }
        }
    }

    /// The type of the parameter as it is computed with.
    ElementType type() {
        return type;
    }

    boolean isCommitted() {
        return variant.commit() < 0 || slots[variant.commit()] != 0;
    }

    /// Runs one level: the numbers of the host, then the passes unless the step does not take place.
    void run(int level, Backend arithmetic, Backend wide) {
        HostCode.run(variant.code()[level], slots);
        if (level >= variant.commitLevel() && !isCommitted()) {
            return;
        }
        List<Pass> passes = variant.passes();
        for (int i = 0; i < passes.size(); i++) {
            Pass pass = passes.get(i);
            if (pass.level() == level) {
                (pass.isFull() ? arithmetic : wide).run(this, i);
                publish(pass);
            }
        }
    }

    /// Copies what a pass reduced to numbers into their slots.
    private void publish(Pass pass) {
        for (int i = 0; i < pass.code().size(); i++) {
            Pass.Instruction in = pass.code().get(i);
            if (in.op() == Op.REDUCE) {
                Reduction reduction = variant.reductions().get(in.target());
                if (reduction.kept().isHost()) {
                    slots[reduction.target()] = results[in.target()][0];
                }
            }
        }
    }
}
