/// Limits of how large a direction may be: of an element, a unit, a tensor, or all tensors.
@NullMarked
package dev.gradus.rules.clip;

import org.jspecify.annotations.NullMarked;
