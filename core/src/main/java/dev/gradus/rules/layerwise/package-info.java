/// Directions scaled for each tensor as a whole, by its norm or its mean: LARS, LAMB's trust ratio, Fromage, NovoGrad.
@NullMarked
package dev.gradus.rules.layerwise;

import org.jspecify.annotations.NullMarked;
