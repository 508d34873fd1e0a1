/// Directions whose size each element sets by itself, from averages of gradients and their squares: Adam and its kin.
@NullMarked
package dev.gradus.rules.adaptive;

import org.jspecify.annotations.NullMarked;
