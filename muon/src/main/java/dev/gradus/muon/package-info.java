/// Muon, in a module of its own because of the library that multiplies matrices.
@NullMarked
package dev.gradus.muon;

import org.jspecify.annotations.NullMarked;
