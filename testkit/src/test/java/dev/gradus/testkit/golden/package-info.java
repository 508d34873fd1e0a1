/// Replays what other implementations did, step by step, and compares.
@NullMarked
package dev.gradus.testkit.golden;

import org.jspecify.annotations.NullMarked;
