/// The `gradus` command: its subcommands, their options, and how they fail.
@NullMarked
package dev.gradus.cli;

import org.jspecify.annotations.NullMarked;
