/// Symbolic update rules: expressions over one parameter, the formulas of the field, and their printed forms.
@NullMarked
package dev.gradus.expr;

import org.jspecify.annotations.NullMarked;
