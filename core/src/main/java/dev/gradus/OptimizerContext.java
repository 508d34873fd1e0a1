package dev.gradus;

import dev.gradus.cpu.Processor;
import dev.gradus.cpu.WorkerPool;
import dev.gradus.cpu.simd.KernelCache;

/// What all groups of an optimizer share.
///
/// @param processor runs their steps
/// @param updates the optimizer's
/// @param values the memory of all parameters' values
/// @param scalars the numbers that the parameters of a link share
record OptimizerContext(Processor processor, UpdateCount updates, ValueMemory values, SharedScalars scalars) {

    /// The context of a new optimizer.
    ///
    /// @param kernels that it may use
    static OptimizerContext of(Options options, KernelCache kernels) {
        WorkerPool pool =
                new WorkerPool(options.threads(), options.executor(), JvmKernels.use(options.kernels(), kernels));
        return new OptimizerContext(new Processor(pool), new UpdateCount(), new ValueMemory(), new SharedScalars());
    }
}
