/// Directions without a second moment: averages of gradients, their signs, and corrections by the gradient before.
@NullMarked
package dev.gradus.rules.momentum;

import org.jspecify.annotations.NullMarked;
