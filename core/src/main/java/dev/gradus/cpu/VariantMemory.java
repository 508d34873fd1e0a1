package dev.gradus.cpu;

import dev.gradus.engine.TaskMemory;
import dev.gradus.program.Pass;
import dev.gradus.program.Projection;
import dev.gradus.program.Reduction;
import dev.gradus.program.Variant;
import dev.gradus.tensor.Axes;
import dev.gradus.tensor.ElementType;
import dev.gradus.tensor.Shape;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Everything that the passes of a variant work on, for one parameter: host scalars, operands and where their elements
/// lie, reductions in progress, kernels.
final class VariantMemory {
    private final Variant variant;
    private final ElementType type;
    private final double[] registers;
    private final Operands operands;
    private final @Nullable Projection[][] projections;
    private final Accumulator[] accumulators;
    private final double[][] results;
    private final @Nullable BoundKernel[] kernels;

    /// Whether kernels are wanted: not for programs that run only once.
    private boolean usesKernels;

    /// @param shape in terms of the variant's merged axes
    VariantMemory(Variant variant, Shape shape, TaskMemory memory) {
        this.variant = variant;
        this.type = memory.theta().type().arithmetic();
        this.registers = new double[variant.registers()];
        this.operands = new Operands(variant, shape, memory);
        List<Reduction> reductions = variant.reductions();
        this.results = new double[reductions.size()][];
        this.accumulators = new Accumulator[results.length];
        for (int i = 0; i < results.length; i++) {
            Reduction reduction = reductions.get(i);
            results[i] = reduction.kept().isHost()
                    ? new double[1]
                    : Objects.requireNonNull(operands.reduced(reduction.target()));
            accumulators[i] = new Accumulator(reduction, shape, results[i]);
        }
        int count = variant.operands().size();
        this.projections = new Projection[variant.passes().size()][count];
        for (int pass = 0; pass < projections.length; pass++) {
            Axes axes = variant.passes().get(pass).axes();
            for (int i = 0; i < count; i++) {
                Axes own = variant.operands().get(i).axes();
                if (!own.equals(axes) && axes.containsAll(own)) {
                    projections[pass][i] = new Projection(shape, axes, own);
                }
            }
        }
        this.kernels = new BoundKernel[projections.length];
    }

    Variant variant() {
        return variant;
    }

    Pass pass(int index) {
        return variant.passes().get(index);
    }

    /// The arithmetic type of the parameter.
    ElementType type() {
        return type;
    }

    /// The host scalars.
    double[] registers() {
        return registers;
    }

    Operands operands() {
        return operands;
    }

    /// How the elements of an operand are found in a pass, or null where they correspond one to one.
    @Nullable
    Projection projection(int pass, int operand) {
        return projections[pass][operand];
    }

    Accumulator accumulator(int reduction) {
        return accumulators[reduction];
    }

    /// The kernel of a pass, or null before it is bound.
    @Nullable
    BoundKernel kernel(int pass) {
        return kernels[pass];
    }

    void bindKernel(int pass, BoundKernel kernel) {
        kernels[pass] = kernel;
    }

    boolean usesKernels() {
        return usesKernels;
    }

    void useKernels() {
        usesKernels = true;
    }

    /// Whether a pass has to begin at a stretch: because it loads or stores in 8 bits, or draws random numbers.
    boolean goesByStretches(Pass pass) {
        return pass.code().stream().anyMatch(in -> switch (in.op()) {
            case LOAD -> operands.tensor(in.a()).type().isEightBit();
            case STORE -> operands.tensor(in.target()).rounding() != null;
            default -> false;
        });
    }

    void startReductions(int pass) {
        for (int reduction : variant.reduces()[pass]) {
            accumulators[reduction].start();
        }
    }

    /// Completes the reductions of a pass: numbers go to their registers.
    void finishReductions(int pass) {
        for (int index : variant.reduces()[pass]) {
            accumulators[index].finish();
            Reduction reduction = variant.reductions().get(index);
            if (reduction.kept().isHost()) {
                registers[reduction.target()] = results[index][0];
            }
        }
    }
}
