/// What can be said about a median from a few rounds.
@NullMarked
package dev.gradus.bench.statistics;

import org.jspecify.annotations.NullMarked;
