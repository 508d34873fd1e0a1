package dev.gradus.expr;

import static dev.gradus.expr.Formulas.abs;
import static dev.gradus.expr.Formulas.cbrt;
import static dev.gradus.expr.Formulas.clip;
import static dev.gradus.expr.Formulas.cos;
import static dev.gradus.expr.Formulas.exp;
import static dev.gradus.expr.Formulas.log1p;
import static dev.gradus.expr.Formulas.max;
import static dev.gradus.expr.Formulas.maximum;
import static dev.gradus.expr.Formulas.mean;
import static dev.gradus.expr.Formulas.min;
import static dev.gradus.expr.Formulas.mod;
import static dev.gradus.expr.Formulas.norm;
import static dev.gradus.expr.Formulas.pow;
import static dev.gradus.expr.Formulas.rms;
import static dev.gradus.expr.Formulas.rowNorm;
import static dev.gradus.expr.Formulas.sign;
import static dev.gradus.expr.Formulas.softplus;
import static dev.gradus.expr.Formulas.sqrt;
import static dev.gradus.expr.Formulas.square;
import static dev.gradus.expr.Formulas.sum;
import static dev.gradus.expr.Formulas.sumOfSquares;
import static dev.gradus.expr.Formulas.where;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.gradus.expr.Condition.Compare;
import dev.gradus.expr.Condition.Comparison;
import dev.gradus.expr.Expr.Binary;
import dev.gradus.expr.Expr.BinaryOp;
import dev.gradus.expr.Expr.Hyper;
import dev.gradus.expr.Expr.Input;
import dev.gradus.expr.Expr.Reduction;
import dev.gradus.expr.Expr.Source;
import dev.gradus.expr.Expr.StepCount;
import dev.gradus.expr.Expr.Total;
import dev.gradus.expr.Expr.Unary;
import dev.gradus.expr.Expr.UnaryOp;
import dev.gradus.tensor.Axes;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class NotationTest {
    private static final Expr A = new Hyper("a");
    private static final Expr B = new Hyper("b");
    private static final Expr C = new Hyper("c");
    private static final Expr T = new StepCount(Clock.OWN);
    private static final Expr WORD = new Hyper("link.warm_up");
    private static final Expr G = new Input(Source.GRADIENT, Axes.all(3));
    private static final Expr THETA = new Input(Source.THETA, Axes.all(3));

    /// The right side of the definition of y.
    private static String written(Expr expr, Notation notation) {
        String line =
                notation.line(Equations.of(List.of(), List.of(expr.named("y"))).getLast());
        return line.substring(line.indexOf('=') + 2);
    }

    /// Every operation of expressions on the same operands; NEGATE, LOG1P and SUBTRACT among them, whose notation is
    /// made of other operations'.
    private static List<Expr> operations() {
        return Stream.of(
                        Stream.of(UnaryOp.values()).map(op -> new Unary(op, A)),
                        Stream.of(BinaryOp.values()).map(op -> new Binary(op, A, B)),
                        Stream.of(Reduction.values()).map(reduction -> Expr.reduce(reduction, G, Axes.HOST)),
                        Stream.of(Comparison.values()).map(comparison -> where(new Compare(comparison, A, B), A, C)))
                .<Expr>flatMap(all -> all)
                .toList();
    }

    @ParameterizedTest
    @EnumSource
    void everyOperationHasANotationOfItsOwn(Notation notation) {
        assertThat(operations().stream().map(operation -> written(operation, notation)))
                .doesNotHaveDuplicates()
                .allSatisfy(text -> assertThat(text).isNotBlank());
    }

    static Stream<Arguments> parentheses() {
        return Stream.of(
                arguments(A.minus(B.plus(C)), "a − (b + c)", "a - (b + c)"),
                arguments(A.minus(B).plus(C), "a − b + c", "a - b + c"),
                arguments(A.plus(B.minus(C)), "a + b − c", "a + b - c"),
                arguments(A.plus(B.unaryMinus()), "a − b", "a - b"),
                arguments(A.minus(B.unaryMinus()), "a + b", "a + b"),
                arguments(A.plus(-2), "a − 2", "a - 2"),
                arguments(A.unaryMinus().plus(B), "−a + b", "-a + b"),
                arguments(A.plus(B).unaryMinus(), "−(a + b)", "-(a + b)"),
                arguments(A.unaryMinus().times(B), "−a·b", "-a b"),
                arguments(A.minus(B.times(C.unaryMinus())), "a + b·c", "a + b c"),
                arguments(A.times(B.plus(C)), "a·(b + c)", "a (b + c)"),
                arguments(A.times(B.times(C)), "a·b·c", "a b c"),
                arguments(A.times(2), "2·a", "2 a"),
                arguments(A.times(WORD), "a·warm_up", "a \\, \\mathrm{warm\\_up}"),
                arguments(G.times(A), "a·gₜ", "a g_t"),
                arguments(A.plus(B).div(C), "(a + b) / c", "\\frac{a + b}{c}"),
                arguments(A.times(B).div(B.times(C)), "a·b / (b·c)", "\\frac{a b}{b c}"),
                arguments(A.times(B.div(C)), "a·b / c", "a \\frac{b}{c}"),
                arguments(A.div(B).times(C), "(a / b)·c", "\\frac{a}{b} c"),
                arguments(A.div(B).div(C), "a / (b·c)", "\\frac{a}{b c}"),
                arguments(A.div(B.div(C)), "a / (b / c)", "\\frac{a}{\\frac{b}{c}}"),
                arguments(A.unaryMinus().div(B), "−a / b", "-\\frac{a}{b}"),
                arguments(square(A.div(B)), "(a / b)²", "\\left( \\frac{a}{b} \\right)^2"),
                arguments(square(A.plus(B)), "(a + b)²", "(a + b)^2"),
                arguments(square(A.unaryMinus()), "(−a)²", "(-a)^2"),
                arguments(square(square(A)), "(a²)²", "(a^2)^2"),
                arguments(sqrt(A.plus(B)), "√(a + b)", "\\sqrt{a + b}"),
                arguments(sqrt(square(A)), "√(a²)", "\\sqrt{a^2}"),
                arguments(square(sqrt(A)), "(√a)²", "(\\sqrt{a})^2"),
                arguments(cbrt(A.plus(B)).div(cbrt(A)), "∛(a + b) / ∛a", "\\frac{\\sqrt[3]{a + b}}{\\sqrt[3]{a}}"),
                arguments(sqrt(A).div(sqrt(B)), "√a / √b", "\\frac{\\sqrt{a}}{\\sqrt{b}}"),
                arguments(pow(A, T.minus(1)), "aᵗ⁻¹", "a^{t-1}"),
                arguments(pow(A, B.div(4)), "a^(b / 4)", "a^{b/4}"),
                arguments(pow(T, new Hyper("x.decay").unaryMinus()), "t^(−decay)", "t^{-\\mathrm{decay}}"),
                arguments(pow(new Hyper("x.beta_long"), T), "(β_long)ᵗ", "\\beta_{\\mathrm{long}}^t"));
    }

    @ParameterizedTest
    @MethodSource("parentheses")
    void parenthesesStandOnlyWhereTheyAreNeeded(Expr expr, String plain, String latex) {
        assertThat(written(expr, Notation.PLAIN)).isEqualTo(plain);
        assertThat(written(expr, Notation.LATEX)).isEqualTo(latex);
    }

    static Stream<Arguments> idioms() {
        Axes matrix = Axes.all(2);
        Expr x = new Input(Source.GRADIENT, matrix);
        Object link = "link";
        return Stream.of(
                arguments(norm(G), "‖gₜ‖₂", "\\|g_t\\|_2"),
                arguments(square(norm(G)), "‖gₜ‖₂²", "\\|g_t\\|_2^2"),
                arguments(sumOfSquares(G, Axes.HOST), "‖gₜ‖₂²", "\\|g_t\\|_2^2"),
                arguments(rowNorm(G), "‖gₜ‖_row", "\\|g_t\\|_{\\mathrm{row}}"),
                arguments(norm(x, matrix.without(0)), "‖gₜ‖_col", "\\|g_t\\|_{\\mathrm{col}}"),
                arguments(norm(G, G.axes().without(1)), "‖gₜ‖₀,₂", "\\|g_t\\|_{0,2}"),
                arguments(norm(G.div(A)), "‖gₜ / a‖₂", "\\left\\| \\frac{g_t}{a} \\right\\|_2"),
                arguments(mean(G), "mean(gₜ)", "\\operatorname{mean}(g_t)"),
                arguments(mean(x, matrix.without(-1)), "mean_row(gₜ)", "\\operatorname{mean}_{\\mathrm{row}}(g_t)"),
                arguments(rms(G), "RMS(gₜ)", "\\operatorname{RMS}(g_t)"),
                arguments(sqrt(mean(square(G))), "RMS(gₜ)", "\\operatorname{RMS}(g_t)"),
                arguments(square(rms(G)), "RMS(gₜ)²", "\\operatorname{RMS}(g_t)^2"),
                arguments(sum(G.times(THETA)), "∑ gₜ·θₜ₋₁", "\\sum g_t \\theta_{t-1}"),
                arguments(sum(G.plus(THETA)).times(A), "a·∑ (gₜ + θₜ₋₁)", "a \\sum (g_t + \\theta_{t-1})"),
                arguments(sum(G).times(A).div(B), "(a·∑ gₜ) / b", "\\frac{a \\sum g_t}{b}"),
                arguments(A.minus(sum(G)).plus(B), "a − ∑ gₜ + b", "a - \\sum g_t + b"),
                arguments(maximum(abs(G)), "max(|gₜ|)", "\\max(|g_t|)"),
                arguments(
                        sqrt(new Total(link, 0, Reduction.SUM, sumOfSquares(G, Axes.HOST))),
                        "‖gₜ‖_global",
                        "\\|g_t\\|_{\\mathrm{global}}"),
                arguments(new Total(link, 0, Reduction.SUM, sum(G)), "∑_global gₜ", "\\sum_{\\mathrm{global}} g_t"),
                arguments(
                        new Total(link, 0, Reduction.MAX, maximum(G)),
                        "max_global(gₜ)",
                        "\\max_{\\mathrm{global}}(g_t)"),
                arguments(clip(G, A), "clip(gₜ, −a, a)", "\\operatorname{clip}(g_t, -a, a)"),
                arguments(min(A, B.div(C)), "min(a, b / c)", "\\min\\left( a, \\frac{b}{c} \\right)"),
                arguments(max(A, B), "max(a, b)", "\\max(a, b)"),
                arguments(sign(G), "sign(gₜ)", "\\operatorname{sign}(g_t)"),
                arguments(mod(T, A), "t mod a", "t \\bmod a"),
                arguments(mod(T, A).div(A), "(t mod a) / a", "\\frac{t \\bmod a}{a}"),
                arguments(T.minus(A.times(mod(T, A))), "t − a·(t mod a)", "t - a (t \\bmod a)"),
                arguments(log1p(exp(A)), "log(1 + exp(a))", "\\log(1 + \\exp(a))"),
                arguments(cos(A.div(B)), "cos(a / b)", "\\cos\\left( \\frac{a}{b} \\right)"),
                arguments(softplus(G, B), "softplus_b(gₜ)", "\\operatorname{softplus}_b(g_t)"),
                arguments(new StepCount(Clock.GROUP_FIRST), "t_first", "t_{\\mathrm{first}}"));
    }

    @ParameterizedTest
    @MethodSource("idioms")
    void whatAFewNodesSpellOutIsRecognised(Expr expr, String plain, String latex) {
        assertThat(written(expr, Notation.PLAIN)).isEqualTo(plain);
        assertThat(written(expr, Notation.LATEX)).isEqualTo(latex);
    }

    static Stream<Arguments> conditions() {
        return Stream.of(
                arguments(A.lt(B), "a < b", "a < b"),
                arguments(A.le(B).not(), "a > b", "a > b"),
                arguments(A.eq(B).not(), "a ≠ b", "a \\ne b"),
                arguments(A.lt(B).not().not(), "a < b", "a < b"),
                arguments(T.gt(4), "t > 4", "t > 4"),
                arguments(T.ge(A.plus(1)), "t ≥ a + 1", "t \\ge a + 1"),
                arguments(A.lt(B).and(B.lt(C)), "a < b and b < c", "a < b \\text{ and } b < c"),
                arguments(A.lt(B).or(B.le(C)), "a < b or b ≤ c", "a < b \\text{ or } b \\le c"),
                arguments(
                        A.eq(B).and(B.eq(C).or(C.eq(A))),
                        "a = b and (b = c or c = a)",
                        "a = b \\text{ and } (b = c \\text{ or } c = a)"),
                arguments(
                        A.eq(B).and(B.eq(C)).or(C.eq(A)),
                        "a = b and b = c or c = a",
                        "a = b \\text{ and } b = c \\text{ or } c = a"));
    }

    @ParameterizedTest
    @MethodSource("conditions")
    void conditions(Condition condition, String plain, String latex) {
        Expr choice = where(condition, A, B);

        assertThat(written(choice, Notation.PLAIN)).isEqualTo("a if " + plain + ", else b");
        assertThat(written(choice, Notation.LATEX))
                .isEqualTo("\\begin{cases} a & \\text{if } " + latex + " \\\\ b & \\text{otherwise} \\end{cases}");
    }

    @Test
    void aChoiceWithinTheLastCaseAddsCases() {
        Expr choice = where(T.lt(A), A, where(T.lt(B), B, C));

        assertThat(written(choice, Notation.PLAIN)).isEqualTo("a if t < a, else b if t < b, else c");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0, 0",
        "1, 1, 1",
        "0.5, 0.5, 0.5",
        "-3, −3, -3",
        "0.001, 0.001, 0.001",
        "1e-16, 10⁻¹⁶, 10^{-16}",
        "-2.5e-8, −2.5·10⁻⁸, -2.5 \\cdot 10^{-8}",
        "1000000, 1000000, 1000000",
        "3e10, 3·10¹⁰, 3 \\cdot 10^{10}",
        "0.1, 0.1, 0.1",
        "Infinity, ∞, \\infty"
    })
    void numbersAreAsShortAsTheyCanBe(double value, String plain, String latex) {
        assertThat(written(Expr.constant(value), Notation.PLAIN)).isEqualTo(plain);
        assertThat(written(Expr.constant(value), Notation.LATEX)).isEqualTo(latex);
    }

    @ParameterizedTest
    @CsvSource({
        "beta1, β₁, \\beta_1",
        "link.beta, β, \\beta",
        "eps, ε, \\epsilon",
        "eps_root, ε_root, \\epsilon_{\\mathrm{root}}",
        "learning_rate, η, \\eta",
        "weight_decay, λ, \\lambda",
        "rho_inf, ρ_∞, \\rho_\\infty",
        "d0, d₀, d_0",
        "k, k, k",
        "beta_2, β₂, \\beta_2",
        "m_hat, m̂, \\hat{m}",
        "warm_up, warm_up, \\mathrm{warm\\_up}",
        "max_norm, max_norm, \\mathrm{max\\_norm}"
    })
    void hyperparametersHaveTheSymbolsOfTheField(String name, String plain, String latex) {
        assertThat(written(new Hyper(name), Notation.PLAIN)).isEqualTo(plain);
        assertThat(written(new Hyper(name), Notation.LATEX)).isEqualTo(latex);
    }

    @Test
    void mathMlIsNestedElements() {
        assertThat(Notation.MATHML.line(
                        Equations.of(List.of(), List.of(square(G.minus(A)).named("y")))
                                .getLast()))
                .isEqualTo("<math display=\"block\"><mrow><msub><mi>y</mi><mi>t</mi></msub><mo>=</mo><msup><mrow>"
                        + "<mo form=\"prefix\" stretchy=\"false\">(</mo>"
                        + "<mrow><msub><mi>g</mi><mi>t</mi></msub><mo>−</mo><mi>a</mi></mrow>"
                        + "<mo form=\"postfix\" stretchy=\"false\">)</mo></mrow><mn>2</mn></msup></mrow></math>");
    }

    @Test
    void mathMlEscapesNames() {
        assertThat(written(new Hyper("a<b&c"), Notation.MATHML)).contains("<mi>a&lt;b&amp;c</mi>");
    }
}
