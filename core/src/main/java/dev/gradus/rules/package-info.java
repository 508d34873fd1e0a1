/// The rules: one record per part, and the catalogue of what they compose to.
@NullMarked
package dev.gradus.rules;

import org.jspecify.annotations.NullMarked;
