/// LibTorch's Adam as a contestant.
@NullMarked
package dev.gradus.bench.libtorch;

import org.jspecify.annotations.NullMarked;
