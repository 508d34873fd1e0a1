/// Shapes of tensors, sets of their axes, and the types of their elements.
@NullMarked
package dev.gradus.tensor;

import org.jspecify.annotations.NullMarked;
