/// What a step works on, whichever device runs it: tensors in memory, the inputs of host code, keys of random numbers.
@NullMarked
package dev.gradus.engine;

import org.jspecify.annotations.NullMarked;
