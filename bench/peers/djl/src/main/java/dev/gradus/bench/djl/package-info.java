/// DJL's Adam as a contestant.
@NullMarked
package dev.gradus.bench.djl;

import org.jspecify.annotations.NullMarked;
