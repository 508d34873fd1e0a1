/// Optimizers for the JVM: rules, their composition, and their execution.
module dev.gradus.core {
    requires static transitive org.jspecify;

    exports dev.gradus;
    exports dev.gradus.expr;
    exports dev.gradus.rule;
    exports dev.gradus.rules;
    exports dev.gradus.rules.adaptive;
    exports dev.gradus.rules.average;
    exports dev.gradus.rules.clip;
    exports dev.gradus.rules.control;
    exports dev.gradus.rules.decay;
    exports dev.gradus.rules.factored;
    exports dev.gradus.rules.layerwise;
    exports dev.gradus.rules.momentum;
    exports dev.gradus.rules.project;
    exports dev.gradus.rules.reference;
    exports dev.gradus.schedule;
    exports dev.gradus.tensor;
    exports dev.gradus.text;
}
