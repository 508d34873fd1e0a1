/// Optimizers for the JVM: rules, their composition, and their execution.
module dev.gradus.core {
    requires static transitive org.jspecify;

    exports dev.gradus;
    exports dev.gradus.expr;
    exports dev.gradus.rule;
    exports dev.gradus.rules;
    exports dev.gradus.schedule;
    exports dev.gradus.tensor;
    exports dev.gradus.text;
}
