package dev.gradus.expr;

import static dev.gradus.expr.Formulas.abs;
import static dev.gradus.expr.Formulas.max;
import static dev.gradus.expr.Formulas.norm;
import static dev.gradus.expr.Formulas.sign;
import static dev.gradus.expr.Formulas.sqrt;
import static dev.gradus.expr.Formulas.unbias;
import static dev.gradus.expr.Formulas.where;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gradus.expr.Expr.After;
import dev.gradus.expr.Expr.Before;
import dev.gradus.expr.Expr.Hyper;
import dev.gradus.expr.Expr.Input;
import dev.gradus.expr.Expr.Source;
import dev.gradus.expr.Expr.StepCount;
import dev.gradus.expr.State.Role;
import dev.gradus.expr.State.Scope;
import dev.gradus.tensor.Axes;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EquationsTest {
    private static final Axes AXES = Axes.all(2);
    private static final Expr G = new Input(Source.GRADIENT, AXES);
    private static final Expr THETA = new Input(Source.THETA, AXES);
    private static final Expr ETA = new Hyper("learning_rate");
    private static final Expr T = new StepCount(Clock.OWN);

    private static State state(String name, Expr initial) {
        return new State(name, AXES, Scope.PARAMETER, Role.SIGNED, initial);
    }

    private static After after(String state, Expr value) {
        return new After(state(state, Expr.ZERO), value);
    }

    /// What rules call their states.
    private static final Map<String, String> SYMBOLS = Map.of(
            "link.momentum_buffer", "b",
            "link.exp_avg", "m",
            "adam.exp_avg", "m",
            "second.exp_avg", "m",
            "link.max_exp_avg_sq", "v_bar");

    private static List<String> lines(Expr... definitions) {
        return Equations.of(List.of(), List.of(definitions), SYMBOLS).stream()
                .map(Notation.PLAIN::line)
                .toList();
    }

    @Test
    void aNamedValueHasALineBeforeItsFirstUse() {
        Expr rho = new Hyper("beta2").plus(1).named("rho_inf");

        assertThat(lines(THETA.minus(rho.times(G)).named("theta")))
                .containsExactly("ρ_∞ = β₂ + 1", "θₜ = θₜ₋₁ − ρ_∞·gₜ");
    }

    @Test
    void aLongValueUsedTwiceHasALineAndAShortOneIsRepeated() {
        Expr modified = G.plus(ETA.times(THETA));
        Expr other = sign(G).plus(abs(THETA));
        Expr twice = modified.times(norm(modified)).plus(other.times(norm(other)));

        assertThat(lines(twice.named("y")))
                .containsExactly("g̃ₜ = gₜ + η·θₜ₋₁", "uₜ = sign(gₜ) + |θₜ₋₁|", "yₜ = ‖g̃ₜ‖₂·g̃ₜ + ‖uₜ‖₂·uₜ");
        assertThat(lines(sign(G).times(norm(sign(G))).named("y"))).containsExactly("yₜ = ‖sign(gₜ)‖₂·sign(gₜ)");
    }

    @Test
    void equalValuesAreOneWhetherOrNotTheyAreOneObject() {
        Expr one = sqrt(G.plus(THETA)), another = sqrt(G.plus(THETA));

        assertThat(lines(one.plus(norm(another)).named("y"))).containsExactly("uₜ = √(gₜ + θₜ₋₁)", "yₜ = uₜ + ‖uₜ‖₂");
    }

    @Test
    void aChoiceWithinAFormulaHasALine() {
        assertThat(lines(G.times(where(norm(G).gt(1), ETA, Expr.ONE)).named("y")))
                .containsExactly("rₜ = η if ‖gₜ‖₂ > 1, else 1", "yₜ = rₜ·gₜ");
    }

    @Test
    void whatAWrittenStateBecomesIsCalledByItsSymbolEverywhere() {
        Expr step = ETA.times(G);

        assertThat(lines(after("link.momentum_buffer", step), THETA.minus(step).named("theta")))
                .containsExactly("bₜ = η·gₜ", "θₜ = θₜ₋₁ − bₜ");
    }

    @Test
    void aStateMayBeWrittenWithTheParameterAfterTheStep() {
        Expr theta = THETA.minus(ETA.times(G));

        assertThat(lines(after("link.z", theta.minus(THETA)), theta.named("theta")))
                .containsExactly("θₜ = θₜ₋₁ − η·gₜ", "zₜ = θₜ − θₜ₋₁");
    }

    @Test
    void whatStatesStartAtComesFirstUnlessItIsZero() {
        State slow = state("link.z", new Input(Source.INITIAL_THETA, AXES));
        State average = state("link.exp_avg", Expr.ZERO);

        assertThat(lines(new After(average, new Before(average).plus(G)), new After(slow, new Before(slow).plus(G))))
                .containsExactly("z₀ = θ₀", "mₜ = mₜ₋₁ + gₜ", "zₜ = zₜ₋₁ + gₜ");
    }

    @Test
    void quantitiesOfDifferentLinksThatWouldLookAlikeCarryTheNamesOfTheirLinks() {
        Expr ours = new Hyper("adam.eps"), theirs = new Hyper("clip.eps");
        Expr m = after("adam.exp_avg", G), other = after("second.exp_avg", THETA);

        assertThat(lines(m.plus(ours).plus(other.times(theirs)).named("y")))
                .containsExactly("m_adamₜ = gₜ", "m_secondₜ = θₜ₋₁", "yₜ = m_adamₜ + ε_adam + ε_clip·m_secondₜ");
    }

    @Test
    void symbolsThatAreTakenGetPrimesAndThenNumbers() {
        Expr sum = new Hyper("u");
        for (int i = 0; i < 4; i++) {
            sum = sum.plus(new Hyper("a" + i).times(G).named("u"));
        }
        assertThat(lines(sum.named("y")))
                .containsExactly(
                        "u′ₜ = a₀·gₜ",
                        "u″ₜ = a₁·gₜ",
                        "u₄,ₜ = a₂·gₜ",
                        "u₅,ₜ = a₃·gₜ",
                        "yₜ = u + u′ₜ + u″ₜ + u₄,ₜ + u₅,ₜ");
    }

    @Test
    void anotherValueCannotTakeTheSymbolOfTheGradient() {
        assertThat(lines(G.times(ETA).named("g").plus(THETA).named("theta")))
                .containsExactly("g′ₜ = η·gₜ", "θₜ = g′ₜ + θₜ₋₁");
    }

    @Test
    void anAverageCorrectedInTwoWaysHasTwoHats() {
        Expr m = after("link.exp_avg", G);
        Expr both = unbias(m, new Hyper("beta1"), T).plus(unbias(m, new Hyper("beta2"), T));

        assertThat(lines(both.named("y")))
                .containsExactly("mₜ = gₜ", "m̂ₜ = mₜ / (1 − β₁ᵗ)", "m̂′ₜ = mₜ / (1 − β₂ᵗ)", "yₜ = m̂ₜ + m̂′ₜ");
    }

    @Test
    void aSymbolMayHaveABarBelowItsHat() {
        State largest = state("link.max_exp_avg_sq", Expr.ZERO);
        Expr after = new After(largest, max(new Before(largest), abs(G)));

        assertThat(lines(sqrt(unbias(after, new Hyper("beta2"), T)).named("y")))
                .containsExactly("v̄ₜ = max(v̄ₜ₋₁, |gₜ|)", "v̄̂ₜ = v̄ₜ / (1 − β₂ᵗ)", "yₜ = √v̄̂ₜ");
    }

    @Test
    void aNameThatIsNoSymbolStaysAsItIs() {
        assertThat(lines(after("other.exp_avg", G))).containsExactly("exp_avgₜ = gₜ");
    }

    @Test
    void theTextIsNoLongerThanTheGraphHoweverOftenItsNodesAreUsed() {
        Expr x = G;
        for (int i = 0; i < 500; i++) {
            x = x.plus(sign(x)).times(abs(x));
        }
        List<String> lines = lines(x.named("y"));

        assertThat(lines).hasSizeLessThanOrEqualTo(1000).allMatch(line -> line.length() < 100);
    }
}
