/// What is compared and what came out: contenders, trials, the search for learning rates, results.
@NullMarked
package dev.gradus.cli.comparison;

import org.jspecify.annotations.NullMarked;
