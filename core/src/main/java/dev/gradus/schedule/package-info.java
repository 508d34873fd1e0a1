/// Values that change from step to step.
@NullMarked
package dev.gradus.schedule;

import org.jspecify.annotations.NullMarked;
