package dev.gradus.rule;

/// A rule with another name, the link's in the names of its states and hyperparameters.
public record WithName(Rule rule, String name) implements Wrapper {
    public WithName {
        name = Names.check("the name of a link", name);
        if (rule instanceof Chain) {
            throw new IllegalArgumentException("a chain has no name of its own (\"" + name + "\"): name its links");
        }
    }

    @Override
    public Step apply(Step s) {
        return rule.apply(s.as(rule));
    }

    @Override
    public Step passing(String event, Step s) {
        return rule.passing(event, s.as(rule));
    }

    @Override
    public Step on(String event, Step s) {
        return rule.on(event, s.as(rule));
    }
}
