/// What `gradus bench` shows of a report.
@NullMarked
package dev.gradus.cli.benchmark;

import org.jspecify.annotations.NullMarked;
