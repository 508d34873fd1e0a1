/// Weight decay, in every form and at every place of a step.
@NullMarked
package dev.gradus.rules.decay;

import org.jspecify.annotations.NullMarked;
