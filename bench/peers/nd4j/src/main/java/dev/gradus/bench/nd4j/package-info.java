/// ND4J's Adam as a contestant.
@NullMarked
package dev.gradus.bench.nd4j;

import org.jspecify.annotations.NullMarked;
