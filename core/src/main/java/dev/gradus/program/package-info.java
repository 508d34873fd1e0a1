/// Traced rules, lowered: passes over elements and code on host scalars, without memory, threads or a processor.
@NullMarked
package dev.gradus.program;

import org.jspecify.annotations.NullMarked;
