@NullMarked
package dev.gradus.djl;

import org.jspecify.annotations.NullMarked;
