/// What an update rule is, how rules compose, and what one symbolic step of a rule leaves behind.
@NullMarked
package dev.gradus.rule;

import org.jspecify.annotations.NullMarked;
