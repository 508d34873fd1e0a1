package dev.gradus.rule;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// Declares a record component of a rule as a hyperparameter. Construction, changes at run time, the command line and
/// the documentation read its range and meaning here.
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Hyperparameter {
    /// The allowed values, such as `[0, 1)`; NaN and infinities never are.
    String range();

    /// What it is, in a few words.
    String what();

    /// Where the default comes from.
    String source();

    /// What formulas call it, spelled like a name: `alpha`, `theta_0`. Without one its name is read so.
    String symbol() default "";
}
