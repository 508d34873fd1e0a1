/// The pictures of `gradus plot`: rectifier, schedules, trajectories.
@NullMarked
package dev.gradus.cli.plot;

import org.jspecify.annotations.NullMarked;
