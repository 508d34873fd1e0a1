/// Number formats, rounding, random numbers, powers and elementary functions, defined by basic operations, so that
/// their bits are the same everywhere.
///
/// A function per element is described once, in [Elementary][dev.gradus.numeric.Elementary]; backends get it as a
/// [Sequence][dev.gradus.numeric.Sequence] of basic operations.
@NullMarked
package dev.gradus.numeric;

import org.jspecify.annotations.NullMarked;
