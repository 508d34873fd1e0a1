package dev.gradus.rule;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.stream.Collectors;

/// Rules in sequence, itself a rule: each link receives the direction and the parameter of the link before it.
///
/// At an event, too: a link that does not react to it [lets it pass][Rule#passing], transforms the direction that the
/// links behind it see as in a step, and guards them with its conditions. So a clip limits what Sophia's Hessian is
/// made of, and [dev.gradus.rules.control.ScaleLoss] divides it by the loss scale. Links behind the last one that
/// reacts change nothing. [Rule#EVALUATE] and [Rule#TRAIN] have no gradient: only the links that react to them are
/// called.
public record Chain(List<Rule> links) implements Rule {
    public Chain {
        if (links.isEmpty()) {
            throw new IllegalArgumentException("chain: needs at least one rule, got none");
        }
        links = List.copyOf(links);
    }

    public static Chain chain(Rule... links) {
        return new Chain(Arrays.asList(links));
    }

    @Override
    public Step apply(Step s) {
        return through(links, s, Step::then);
    }

    @Override
    public Set<String> events() {
        return links.stream().flatMap(link -> link.events().stream()).collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public Step on(String event, Step s) {
        return through(event.equals(TRAIN) ? links.reversed() : links, s, (step, link) -> step.then(event, link));
    }

    private static Step through(List<Rule> links, Step s, BiFunction<Step, Rule, Step> next) {
        for (Rule link : links) {
            s = next.apply(s, link);
        }
        return s;
    }
}
