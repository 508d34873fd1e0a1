/// Saves optimizers and loads them, in safetensors files.
@NullMarked
package dev.gradus.checkpoint;

import org.jspecify.annotations.NullMarked;
