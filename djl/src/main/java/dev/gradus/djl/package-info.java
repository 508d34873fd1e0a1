/// Gradus rules as optimizers of the Deep Java Library.
@NullMarked
package dev.gradus.djl;

import org.jspecify.annotations.NullMarked;
