/// Java virtual machines in which something is measured, and how they tell their results.
@NullMarked
package dev.gradus.bench.jvm;

import org.jspecify.annotations.NullMarked;
