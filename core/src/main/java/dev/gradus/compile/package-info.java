/// From a traced rule to a program of passes over memory, and its execution.
@NullMarked
package dev.gradus.compile;

import org.jspecify.annotations.NullMarked;
