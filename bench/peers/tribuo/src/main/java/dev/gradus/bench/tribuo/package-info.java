/// Tribuo's Adam as a contestant.
@NullMarked
package dev.gradus.bench.tribuo;

import org.jspecify.annotations.NullMarked;
