/// Update rules, their composition, and the traces of their symbolic steps.
@NullMarked
package dev.gradus.rule;

import org.jspecify.annotations.NullMarked;
