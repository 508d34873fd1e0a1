/// Rules, masks and schedules as text, and back.
@NullMarked
package dev.gradus.text;

import org.jspecify.annotations.NullMarked;
