/// Number formats, rounding, random numbers and powers, defined by basic operations, so that their bits are the same
/// everywhere.
@NullMarked
package dev.gradus.numeric;

import org.jspecify.annotations.NullMarked;
