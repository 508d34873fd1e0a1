package dev.gradus.rule;


/// A rule whose states and hyperparameters are addressed by another name.
public record Renamed(Rule rule, String name) implements Wrapper {
    public Renamed {
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
    public Step on(String event, Step s) {
        return rule.on(event, s.as(rule));
    }
}
