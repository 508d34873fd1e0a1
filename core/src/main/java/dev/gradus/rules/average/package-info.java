/// Copies of the weights beside the trained ones: averages for evaluation, and slow weights that follow.
@NullMarked
package dev.gradus.rules.average;

import org.jspecify.annotations.NullMarked;
