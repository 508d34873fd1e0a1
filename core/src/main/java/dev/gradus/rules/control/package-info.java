/// Whether, for which parameters and how far a rule steps: skipping, accumulating, partitioning, rescaling, perturbing.
@NullMarked
package dev.gradus.rules.control;

import org.jspecify.annotations.NullMarked;
