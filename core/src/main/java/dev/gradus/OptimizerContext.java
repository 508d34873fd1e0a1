package dev.gradus;

import dev.gradus.cpu.Processor;

/// What all groups of an optimizer share.
///
/// @param processor runs their steps
/// @param updates the optimizer's
/// @param values the memory of all parameters' values
/// @param scalars the numbers that the parameters of a link share
record OptimizerContext(Processor processor, UpdateCount updates, ValueMemory values, SharedScalars scalars) {
    OptimizerContext(Processor processor) {
        this(processor, new UpdateCount(), new ValueMemory(), new SharedScalars());
    }
}
