/// Constraints on the weights themselves, restored after each step.
@NullMarked
package dev.gradus.rules.project;

import org.jspecify.annotations.NullMarked;
