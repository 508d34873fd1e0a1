/// Results for people: table, CSV files and a web page.
@NullMarked
package dev.gradus.cli.report;

import org.jspecify.annotations.NullMarked;
