/// JMH benchmarks, one question per class.
@NullMarked
package dev.gradus.bench.micro;

import org.jspecify.annotations.NullMarked;
