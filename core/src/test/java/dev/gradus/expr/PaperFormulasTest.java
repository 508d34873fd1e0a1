package dev.gradus.expr;

import static dev.gradus.expr.Formulas.isFinite;
import static dev.gradus.rule.Chain.chain;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gradus.rule.Mask;
import dev.gradus.rule.Rule;
import dev.gradus.rule.RuleFormulas;
import dev.gradus.rule.Trace;
import dev.gradus.rules.Rules;
import dev.gradus.rules.adaptive.AdaBelief;
import dev.gradus.rules.adaptive.Adam;
import dev.gradus.rules.adaptive.Sophia;
import dev.gradus.rules.average.Lookahead;
import dev.gradus.rules.clip.ClipByGlobalNorm;
import dev.gradus.rules.decay.DecayWeights;
import dev.gradus.rules.layerwise.Centralize;
import dev.gradus.rules.project.RenormalizeRows;
import dev.gradus.tensor.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// Whole rules, as papers print them.
class PaperFormulasTest {
    private static final Rule ADAM_W = Rules.adamW();
    private static final Rule LAMB = Rules.lamb();
    private static final Rule CLIPPED = chain(new ClipByGlobalNorm(), new DecayWeights(), new AdaBelief());

    private static final Rule SKIP = s -> s.commitIf(isFinite(s.totalOfSquares(s.gradient())));

    private static String plain(Rule rule) {
        return String.join("\n", RuleFormulas.lines(rule, Notation.PLAIN));
    }

    private static String latex(Rule rule) {
        return RuleFormulas.block(rule, Notation.LATEX);
    }

    @Test
    void adam() {
        assertThat(plain(new Adam())).isEqualTo("""
                        mₜ = β₁·mₜ₋₁ + (1 − β₁)·gₜ
                        vₜ = β₂·vₜ₋₁ + (1 − β₂)·gₜ²
                        m̂ₜ = mₜ / (1 − β₁ᵗ)
                        v̂ₜ = vₜ / (1 − β₂ᵗ)
                        θₜ = θₜ₋₁ − η·m̂ₜ / (√v̂ₜ + ε)""");
        assertThat(latex(new Adam())).isEqualTo("""
                        \\begin{aligned}
                          m_t &= \\beta_1 m_{t-1} + (1 - \\beta_1) g_t \\\\
                          v_t &= \\beta_2 v_{t-1} + (1 - \\beta_2) g_t^2 \\\\
                          \\hat{m}_t &= \\frac{m_t}{1 - \\beta_1^t} \\\\
                          \\hat{v}_t &= \\frac{v_t}{1 - \\beta_2^t} \\\\
                          \\theta_t &= \\theta_{t-1} - \\eta \\frac{\\hat{m}_t}{\\sqrt{\\hat{v}_t} + \\epsilon}
                        \\end{aligned}""");
    }

    @Test
    void decayBehindAdamIsDecoupled() {
        assertThat(plain(ADAM_W)).endsWith("\nθₜ = θₜ₋₁ − η·(m̂ₜ / (√v̂ₜ + ε) + λ·θₜ₋₁)");
        assertThat(RuleFormulas.lines(ADAM_W, Notation.LATEX).getLast())
                .isEqualTo(
                        "\\theta_t = \\theta_{t-1} - \\eta \\left( \\frac{\\hat{m}_t}{\\sqrt{\\hat{v}_t} + \\epsilon}"
                                + " + \\lambda \\theta_{t-1} \\right)");
    }

    @Test
    void decayBeforeAdamIsPartOfTheGradient() {
        assertThat(plain(chain(new DecayWeights(), new Adam()))).startsWith("""
                        g̃ₜ = gₜ + λ·θₜ₋₁
                        mₜ = β₁·mₜ₋₁ + (1 − β₁)·g̃ₜ
                        vₜ = β₂·vₜ₋₁ + (1 − β₂)·g̃ₜ²
                        """);
    }

    @Test
    void adaBelief() {
        assertThat(plain(new AdaBelief())).isEqualTo("""
                        mₜ = β₁·mₜ₋₁ + (1 − β₁)·gₜ
                        sₜ = β₂·sₜ₋₁ + (1 − β₂)·(gₜ − mₜ)² + ε_root
                        m̂ₜ = mₜ / (1 − β₁ᵗ)
                        ŝₜ = sₜ / (1 − β₂ᵗ)
                        θₜ = θₜ₋₁ − η·m̂ₜ / (√ŝₜ + ε)""");
        assertThat(latex(new AdaBelief())).isEqualTo("""
                        \\begin{aligned}
                          m_t &= \\beta_1 m_{t-1} + (1 - \\beta_1) g_t \\\\
                          s_t &= \\beta_2 s_{t-1} + (1 - \\beta_2) (g_t - m_t)^2 + \\epsilon_{\\mathrm{root}} \\\\
                          \\hat{m}_t &= \\frac{m_t}{1 - \\beta_1^t} \\\\
                          \\hat{s}_t &= \\frac{s_t}{1 - \\beta_2^t} \\\\
                          \\theta_t &= \\theta_{t-1} - \\eta \\frac{\\hat{m}_t}{\\sqrt{\\hat{s}_t} + \\epsilon}
                        \\end{aligned}""");
    }

    @Test
    void lamb() {
        assertThat(plain(LAMB)).endsWith("""
                        v̂ₜ = vₜ / (1 − β₂ᵗ)
                        uₜ = m̂ₜ / (√v̂ₜ + ε) + λ·θₜ₋₁
                        rₜ = 1 if ‖θₜ₋₁‖₂ = 0 or ‖uₜ‖₂ = 0, else ‖θₜ₋₁‖₂ / ‖uₜ‖₂
                        θₜ = θₜ₋₁ − η·rₜ·uₜ""");
        assertThat(latex(LAMB)).endsWith("""
                          u_t &= \\frac{\\hat{m}_t}{\\sqrt{\\hat{v}_t} + \\epsilon} + \\lambda \\theta_{t-1} \\\\
                          r_t &= \\begin{cases} 1 & \\text{if } \\|\\theta_{t-1}\\|_2 = 0 \\text{ or } \\|u_t\\|_2 = 0 \\\\ \
                        \\frac{\\|\\theta_{t-1}\\|_2}{\\|u_t\\|_2} & \\text{otherwise} \\end{cases} \\\\
                          \\theta_t &= \\theta_{t-1} - \\eta r_t u_t
                        \\end{aligned}""");
    }

    @Test
    void clippingScalesTheGradientOfWhatFollows() {
        assertThat(plain(CLIPPED)).startsWith("""
                        rₜ = 1 if ‖gₜ‖_global ≤ max_norm, else max_norm / ‖gₜ‖_global
                        g̃ₜ = rₜ·gₜ + λ·θₜ₋₁
                        mₜ = β₁·mₜ₋₁ + (1 − β₁)·g̃ₜ
                        """);
        assertThat(RuleFormulas.lines(CLIPPED, Notation.LATEX).getFirst())
                .isEqualTo(
                        "r_t = \\begin{cases} 1 & \\text{if } \\|g_t\\|_{\\mathrm{global}} \\le \\mathrm{max\\_norm} \\\\"
                                + " \\frac{\\mathrm{max\\_norm}}{\\|g_t\\|_{\\mathrm{global}}} & \\text{otherwise} \\end{cases}");
    }

    @Test
    void theParameterBetweenTwoLinksHasASymbolOfItsOwn() {
        assertThat(plain(new Lookahead(new DecayWeights()))).isEqualTo("""
                        ϕ₀ = θ₀
                        θ̃ₜ = θₜ₋₁ − η·(gₜ + λ·θₜ₋₁)
                        uₜ = ϕₜ₋₁ + α·(θ̃ₜ − ϕₜ₋₁)
                        ϕₜ = uₜ if t mod k = 0, else ϕₜ₋₁
                        θₜ = uₜ if t mod k = 0, else θ̃ₜ""");
    }

    @Test
    void aStateThatIsNeverWrittenHasNoStep() {
        assertThat(plain(new RenormalizeRows())).isEqualTo("""
                        n₀ = ‖θ₀‖_row
                        θ̃ₜ = θₜ₋₁ − η·gₜ
                        qₜ = 1 if n₀ = 0 or ‖θ̃ₜ‖_row = 0, else n₀ / ‖θ̃ₜ‖_row
                        θₜ = qₜ·θ̃ₜ""");
    }

    @Test
    void linksTakePartWhereTheirMasksMatchTheShape() {
        Rule rule = new Centralize().onlyFor(Mask.rank(4));

        assertThat(plain(rule)).isEqualTo("θₜ = θₜ₋₁ − η·(gₜ − mean_row(gₜ))");
        assertThat(RuleFormulas.lines(rule, Shape.of(3, 2), Notation.PLAIN)).containsExactly("θₜ = θₜ₋₁ − η·gₜ");
    }

    @Test
    void aConditionForTheWholeStepComesFirst() {
        assertThat(plain(SKIP)).isEqualTo("""
                        only if |(‖gₜ‖_global)²| < ∞
                        θₜ = θₜ₋₁ − η·gₜ""");
    }

    @Test
    void anEventSaysNothingOfAParameterThatItLeavesAlone() {
        Trace event = Trace.of(new Sophia(), Sophia.UPDATE_HESSIAN, "weight", Shape.of(3, 2));

        assertThat(Notation.PLAIN.block(RuleFormulas.terms(event))).isEqualTo("hₜ = β₂·hₜ₋₁ + (1 − β₂)·n_tokens·gₜ²");
    }

    /// The page is for people to look at: open it in a browser.
    @Test
    void mathMlIsWhatWasLookedAt() throws IOException {
        Map<String, Rule> rules = new LinkedHashMap<>();
        rules.put("Adam", new Adam());
        rules.put("AdamW", ADAM_W);
        rules.put("AdaBelief", new AdaBelief());
        rules.put("Clipping and weight decay", CLIPPED);
        rules.put("LAMB", LAMB);
        rules.put("Lookahead", new Lookahead(new Adam()));
        rules.put("Skip", SKIP);
        String page = rules.entrySet().stream()
                .map(rule -> "<h2>" + rule.getKey() + "</h2>\n" + RuleFormulas.block(rule.getValue(), Notation.MATHML)
                        + "\n")
                .collect(Collectors.joining(
                        "", "<!DOCTYPE html>\n<meta charset=\"utf-8\">\n<title>Formulas</title>\n", ""));
        Files.writeString(Files.createDirectories(Path.of("target")).resolve("formulas.html"), page);

        try (InputStream expected = Objects.requireNonNull(getClass().getResourceAsStream("formulas.html"))) {
            assertThat(page)
                    .as("target/formulas.html; if it looks right, copy it to the test resources")
                    .isEqualTo(new String(expected.readAllBytes(), StandardCharsets.UTF_8));
        }
    }
}
