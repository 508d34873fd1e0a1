/// What was measured, as it stands in files, and how it compares with what is required.
@NullMarked
package dev.gradus.bench.result;

import org.jspecify.annotations.NullMarked;
