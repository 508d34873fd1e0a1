/// Rules that only one reference implementation has, and links that reproduce where one deviates from the papers.
@NullMarked
package dev.gradus.rules.reference;

import org.jspecify.annotations.NullMarked;
