/// Contestants that update the same parameters by the same gradients, and the rounds in which they take turns.
@NullMarked
package dev.gradus.bench.contest;

import org.jspecify.annotations.NullMarked;
