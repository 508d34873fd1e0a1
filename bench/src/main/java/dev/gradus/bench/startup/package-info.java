/// The first steps of a JVM, while it is not yet warm.
@NullMarked
package dev.gradus.bench.startup;

import org.jspecify.annotations.NullMarked;
