/// Kernels: passes compiled to loops of Vector API calls, warmed up in the background. What runs them, and what
/// runs without them, is above.
@NullMarked
package dev.gradus.cpu.simd;

import org.jspecify.annotations.NullMarked;
