/// Second moments stored as means over rows and columns: Adafactor and CAME.
@NullMarked
package dev.gradus.rules.factored;

import org.jspecify.annotations.NullMarked;
