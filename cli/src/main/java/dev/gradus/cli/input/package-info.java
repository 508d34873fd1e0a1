/// What users type: names, settings, schedules, and the error that is theirs.
@NullMarked
package dev.gradus.cli.input;

import org.jspecify.annotations.NullMarked;
