/// This machine runs programs: an interpreter, SIMD kernels, and the threads that share the work.
@NullMarked
package dev.gradus.cpu;

import org.jspecify.annotations.NullMarked;
