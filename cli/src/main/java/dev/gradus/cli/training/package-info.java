/// One training of a small network on DJL.
@NullMarked
package dev.gradus.cli.training;

import org.jspecify.annotations.NullMarked;
