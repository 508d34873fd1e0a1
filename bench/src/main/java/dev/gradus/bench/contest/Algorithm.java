package dev.gradus.bench.contest;

import static dev.gradus.rule.Chain.chain;
import static dev.gradus.rules.Rules.adaBelief;
import static dev.gradus.rules.Rules.adam;
import static dev.gradus.rules.Rules.clipByGlobalNorm;
import static dev.gradus.rules.Rules.decayWeights;

import dev.gradus.rule.Rule;
import dev.gradus.rules.Rules;
import dev.gradus.rules.control.Descend;
import dev.gradus.rules.layerwise.Centralize;
import dev.gradus.rules.project.RenormalizeRows;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// What is computed: a rule of Gradus, the same written by hand, and the memory that it must at least read and write.
public enum Algorithm {
    ADAM("Adam", adam(), Traffic.MOMENTS, start -> new AdamLoop(start, AdamLoop.BETA2, 1e-8, 0)),
    ADAMW("AdamW", Rules.adamW(), Traffic.MOMENTS, start -> new AdamLoop(start, AdamLoop.BETA2, 1e-8, 0.01)),
    ADABELIEF(
            "AdaBelief", adaBelief(), Traffic.MOMENTS, start -> new AdaBeliefLoop(start, Double.POSITIVE_INFINITY, 0)),
    RADAM("RAdam", Rules.radam(), Traffic.MOMENTS, RAdamLoop::new),
    AMSGRAD("AMSGrad", Rules.amsGrad(), Traffic.THREE_MOMENTS, AmsGradLoop::new),
    LAMB("LAMB", Rules.lamb(), Traffic.DIRECTION_THEN_STEP, LambLoop::new),
    STABLE_ADAM("Stable_Adam", Rules.stableAdam(), Traffic.MOMENTS, StableAdamLoop::new),
    CLIPPED_ADABELIEF(
            "clip + AdaBelief + decay",
            chain(clipByGlobalNorm(1), adaBelief(), decayWeights(0.01)),
            Traffic.TOTAL_THEN_MOMENTS,
            start -> new AdaBeliefLoop(start, 1, 0.01)),
    CENTRALIZED_ADAM("centralize + Adam", chain(new Centralize(), adam()), Traffic.MOMENTS, null),
    RENORMALIZED_ADAM(
            "Adam + renormalizeRows", chain(adam(), new Descend(), new RenormalizeRows()), Traffic.MOMENTS, null);

    /// Sweeps over memory, with what they read and write.
    public enum Traffic {
        /// Reads the gradient; updates θ and two moments.
        MOMENTS(28),
        /// Reads the gradient; updates θ and three moments.
        THREE_MOMENTS(36),
        /// Reads gradient and θ, updates two moments, writes a direction; reads the direction, updates θ.
        DIRECTION_THEN_STEP(40),
        /// Reads the gradient; reads it again, and updates θ and two moments.
        TOTAL_THEN_MOMENTS(32);

        private final int bytes;

        Traffic(int bytes) {
            this.bytes = bytes;
        }

        /// Read and written per float32 parameter.
        public int bytes() {
            return bytes;
        }
    }

    private final String title;
    private final Rule rule;
    private final Traffic traffic;
    private final @Nullable Function<Start, HandLoop> loop;

    Algorithm(String title, Rule rule, Traffic traffic, @Nullable Function<Start, HandLoop> loop) {
        this.title = title;
        this.rule = rule;
        this.traffic = traffic;
        this.loop = loop;
    }

    /// As tables show it.
    public String title() {
        return title;
    }

    public Rule rule() {
        return rule;
    }

    public Traffic traffic() {
        return traffic;
    }

    /// The algorithm written by hand, where somebody has done that.
    Optional<HandLoop> loop(Start start) {
        return Optional.ofNullable(loop).map(make -> make.apply(start));
    }
}
