/// Charts as values, drawn as SVG or PNG.
@NullMarked
package dev.gradus.cli.chart;

import org.jspecify.annotations.NullMarked;
