package dev.gradus.expr;

import static dev.gradus.expr.Formulas.ema;
import static dev.gradus.expr.Formulas.isFinite;
import static dev.gradus.expr.Formulas.mod;
import static dev.gradus.expr.Formulas.norm;
import static dev.gradus.expr.Formulas.rowMean;
import static dev.gradus.expr.Formulas.rowNorm;
import static dev.gradus.expr.Formulas.sqrt;
import static dev.gradus.expr.Formulas.square;
import static dev.gradus.expr.Formulas.unbias;
import static dev.gradus.expr.Formulas.where;
import static dev.gradus.rule.Chain.chain;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gradus.rule.Direction;
import dev.gradus.rule.Mask;
import dev.gradus.rule.Rule;
import dev.gradus.rule.RuleFormulas;
import dev.gradus.rule.Step;
import dev.gradus.rule.Trace;
import dev.gradus.tensor.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// Whole rules, as papers print them.
class PaperFormulasTest {
    record Adam() implements Direction {
        @Override
        public Expr update(Step s) {
            Expr b1 = s.hyper("beta1", 0.9), b2 = s.hyper("beta2", 0.999), t = s.t(), g = s.direction();

            Expr m = s.state("exp_avg").becomes(old -> ema(b1, old, g));
            Expr v = s.state("exp_avg_sq").nonNegative().becomes(old -> ema(b2, old, square(g)));

            return unbias(m, b1, t).div(sqrt(unbias(v, b2, t)).plus(s.hyper("eps", 1e-8)));
        }
    }

    record AdaBelief() implements Direction {
        @Override
        public Expr update(Step s) {
            Expr b1 = s.hyper("beta1", 0.9), b2 = s.hyper("beta2", 0.999), t = s.t(), g = s.direction();

            Expr m = s.state("exp_avg").becomes(old -> ema(b1, old, g));
            Expr v = s.state("exp_avg_var")
                    .nonNegative()
                    .becomes(old -> ema(b2, old, square(g.minus(m))).plus(s.hyper("eps_root", 1e-16)));

            return unbias(m, b1, t).div(sqrt(unbias(v, b2, t)).plus(s.hyper("eps", 1e-16)));
        }
    }

    record DecayWeights() implements Direction {
        @Override
        public Expr update(Step s) {
            return s.direction().plus(s.hyper("weight_decay", 0.01).times(s.theta()));
        }
    }

    record TrustRatio() implements Direction {
        @Override
        public Expr update(Step s) {
            Expr p = norm(s.theta()), n = norm(s.direction());
            return s.direction().times(where(p.eq(0).or(n.eq(0)), Expr.ONE, p.div(n)));
        }
    }

    record ClipByGlobalNorm() implements Direction {
        @Override
        public Expr update(Step s) {
            Expr n = sqrt(s.totalOfSquares(s.direction())), max = s.hyper("max_norm", 1);
            return s.direction().times(where(n.gt(max), max.div(n), Expr.ONE));
        }
    }

    record Centralize() implements Direction {
        @Override
        public Expr update(Step s) {
            return s.direction().minus(rowMean(s.direction()));
        }
    }

    record Lookahead(Rule fast) implements Rule {
        @Override
        public Step apply(Step s) {
            Step done = s.then(fast).descend();
            Expr k = s.hyper("k", 5), alpha = s.hyper("alpha", 0.5);
            Condition now = mod(s.t(), k).eq(0);
            Expr slow = s.state("slow", s.initialTheta())
                    .weights()
                    .becomes(old -> where(now, old.plus(alpha.times(done.theta().minus(old))), old));
            return done.theta(where(now, slow, done.theta()));
        }
    }

    record RenormalizeRows() implements Rule {
        @Override
        public Step apply(Step s) {
            Step done = s.descend();
            Expr initial = s.state("norm0", rowNorm(s.initialTheta())).weights().before();
            return done.theta(done.theta().times(initial.div(rowNorm(done.theta()))));
        }
    }

    record SkipNonFinite() implements Rule {
        @Override
        public Step apply(Step s) {
            return s.commitIf(isFinite(s.totalOfSquares(s.gradient())));
        }
    }

    record Hessian() implements Rule {
        @Override
        public Step apply(Step s) {
            return s.direction(s.direction().div(s.state("hessian").before()));
        }

        @Override
        public Set<String> events() {
            return Set.of("update");
        }

        @Override
        public Step on(String event, Step s) {
            Expr ignored = s.state("hessian").becomes(old -> ema(s.hyper("beta", 0.9), old, square(s.gradient())));
            return s;
        }
    }

    private static final Rule ADAM_W = chain(new Adam(), new DecayWeights());
    private static final Rule LAMB = chain(new Adam(), new DecayWeights(), new TrustRatio());
    private static final Rule CLIPPED = chain(new ClipByGlobalNorm(), new DecayWeights(), new AdaBelief());

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
                        rₜ = max_norm / ‖gₜ‖_global if ‖gₜ‖_global > max_norm, else 1
                        g̃ₜ = rₜ·gₜ + λ·θₜ₋₁
                        mₜ = β₁·mₜ₋₁ + (1 − β₁)·g̃ₜ
                        """);
        assertThat(RuleFormulas.lines(CLIPPED, Notation.LATEX).getFirst())
                .isEqualTo("r_t = \\begin{cases} \\frac{\\mathrm{max\\_norm}}{\\|g_t\\|_{\\mathrm{global}}}"
                        + " & \\text{if } \\|g_t\\|_{\\mathrm{global}} > \\mathrm{max\\_norm} \\\\"
                        + " 1 & \\text{otherwise} \\end{cases}");
    }

    @Test
    void theParameterBetweenTwoLinksHasASymbolOfItsOwn() {
        assertThat(plain(new Lookahead(new DecayWeights()))).isEqualTo("""
                        ϕ₀ = θ₀
                        θ̃ₜ = θₜ₋₁ − η·(gₜ + λ·θₜ₋₁)
                        ϕₜ = ϕₜ₋₁ + α·(θ̃ₜ − ϕₜ₋₁) if t mod k = 0, else ϕₜ₋₁
                        θₜ = ϕₜ if t mod k = 0, else θ̃ₜ""");
    }

    @Test
    void aStateThatIsNeverWrittenHasNoStep() {
        assertThat(plain(new RenormalizeRows())).isEqualTo("""
                        n₀ = ‖θ₀‖_row
                        θ̃ₜ = θₜ₋₁ − η·gₜ
                        θₜ = (n₀ / ‖θ̃ₜ‖_row)·θ̃ₜ""");
    }

    @Test
    void linksTakePartWhereTheirMasksMatchTheShape() {
        Rule rule = new Centralize().onlyFor(Mask.rank(4));

        assertThat(plain(rule)).isEqualTo("θₜ = θₜ₋₁ − η·(gₜ − mean_row(gₜ))");
        assertThat(RuleFormulas.lines(rule, Shape.of(3, 2), Notation.PLAIN)).containsExactly("θₜ = θₜ₋₁ − η·gₜ");
    }

    @Test
    void aConditionForTheWholeStepComesFirst() {
        assertThat(plain(new SkipNonFinite())).isEqualTo("""
                        only if |(‖gₜ‖_global)²| < ∞
                        θₜ = θₜ₋₁ − η·gₜ""");
    }

    @Test
    void anEventSaysNothingOfAParameterThatItLeavesAlone() {
        Trace event = Trace.of(new Hessian(), "update", "weight", Shape.of(3, 2));

        assertThat(Notation.PLAIN.block(RuleFormulas.terms(event))).isEqualTo("hₜ = β·hₜ₋₁ + (1 − β)·gₜ²");
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
        rules.put("Skip", new SkipNonFinite());
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
