@NullMarked
package dev.gradus.testkit;

import org.jspecify.annotations.NullMarked;
