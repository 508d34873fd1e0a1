/// Measurements of optimizer steps: what is measured, in which JVM, and what must come out.
@NullMarked
package dev.gradus.bench;

import org.jspecify.annotations.NullMarked;
