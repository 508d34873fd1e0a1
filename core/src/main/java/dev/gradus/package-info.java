@NullMarked
package dev.gradus;

import org.jspecify.annotations.NullMarked;
