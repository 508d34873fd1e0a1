/// The things that a step works on, whichever device runs it: tensors, the inputs of host code, keys of random numbers.
///
/// The memory of a [Tensor][dev.gradus.engine.Tensor] is a segment of this machine's. A device with memory of its own
/// needs another kind of storage; little knows which it is: the caller, who wraps or allocates memory and copies
/// states out, and in `dev.gradus.cpu` the interpreter's loads and stores, the binding of kernels and the check whether
/// other threads may access a tensor. Programs, host code and random keys do not.
@NullMarked
package dev.gradus.engine;

import org.jspecify.annotations.NullMarked;
