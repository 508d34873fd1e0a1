/// Labelled images, read from the shipped digits or a folder of MNIST files.
@NullMarked
package dev.gradus.cli.data;

import org.jspecify.annotations.NullMarked;
