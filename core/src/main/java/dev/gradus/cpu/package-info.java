/// This machine's processor as a device: an interpreter, and the threads that share the work. Kernels are in
/// `dev.gradus.cpu.simd`, which knows nothing of either.
///
/// The classes refer to each other in one direction, here from the top: [Processor][dev.gradus.cpu.Processor] runs
/// begun tasks level by level on a `WorkerPool`; a `Task` is a program bound to one parameter, a `BoundVariant` one of
/// its variants, which it cuts into stages and chunks (`Division`) and hands, pass by pass, to the `Backend` of a
/// `Worker`; a backend works on `VariantMemory`.
@NullMarked
package dev.gradus.cpu;

import org.jspecify.annotations.NullMarked;
