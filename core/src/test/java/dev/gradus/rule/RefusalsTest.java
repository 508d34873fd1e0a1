package dev.gradus.rule;

import static dev.gradus.rule.Chain.chain;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.gradus.expr.Expr;
import dev.gradus.rule.Trace.Unread;
import dev.gradus.rules.Rules;
import dev.gradus.rules.adaptive.Softplus;
import dev.gradus.rules.control.Accumulate;
import dev.gradus.rules.control.Cautious;
import dev.gradus.tensor.Shape;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Mistakes of a rule that tracing refuses, with the rule's name in front.
class RefusalsTest {
    private static final Shape MATRIX = Shape.of(4, 3);

    /// Declares two hyperparameters and reads what it is told.
    private record Declaring(
            @Hyperparameter(range = "[0, 1)", what = "decay of the average", source = "none")
            double beta1,

            @Hyperparameter(range = "[0, inf)", what = "L2 penalty", source = "none")
            double weightDecay,

            double plain,
            Function<Step, Expr> how)
            implements Direction {
        static Declaring reading(Function<Step, Expr> how) {
            return new Declaring(0.9, 0.1, 1, how);
        }

        static Declaring reading(String name) {
            return reading(s -> s.hyper(name, 0.5).times(s.direction()));
        }

        @Override
        public Expr update(Step s) {
            return how.apply(s);
        }
    }

    private record Undeclared(double beta1, String reads) implements Direction {
        @Override
        public Expr update(Step s) {
            return s.hyper(reads, beta1).times(s.direction());
        }
    }

    private static Trace trace(Rule rule) {
        return Trace.of(rule, "w", MATRIX);
    }

    private static List<String> hyperparameters(Rule rule) {
        return trace(rule).hyperparameters().stream().map(Trace.HyperUse::name).toList();
    }

    @Test
    void aHyperparameterIsReadByTheNameOfItsComponent() {
        assertThatThrownBy(() -> trace(Declaring.reading("beta_1")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("declaring: it reads the hyperparameter \"beta_1\", which is no component of Declaring:"
                        + " did you mean \"beta1\"?");
        assertThatThrownBy(() -> trace(Declaring.reading("momentum").named("mine")))
                .hasMessage("mine: it reads the hyperparameter \"momentum\", which is no component of Declaring:"
                        + " known are beta1, weight_decay");
        assertThatThrownBy(() -> trace(Declaring.reading("weightDecay"))).hasMessageContaining("\"weight_decay\"?");
        assertThat(hyperparameters(Declaring.reading("weight_decay"))).containsExactly("declaring.weight_decay");
    }

    @Test
    void aComponentThatIsNotDeclaredMayBeReadToo() {
        assertThat(hyperparameters(Declaring.reading("plain"))).containsExactly("declaring.plain");
    }

    @Test
    void aRecordThatDeclaresNothingReadsAnyNameButAMisspeltOne() {
        assertThat(hyperparameters(new Undeclared(0.9, "decay"))).containsExactly("undeclared.decay");
        assertThatThrownBy(() -> trace(new Undeclared(0.9, "beta_1")))
                .hasMessage("undeclared: it reads the hyperparameter \"beta_1\", which is no component of Undeclared:"
                        + " did you mean \"beta1\"?");
    }

    @Test
    void aLambdaReadsAnyName() {
        Direction rule = s -> s.hyper("beta_1", 0.5).times(s.direction());
        assertThat(hyperparameters(rule)).containsExactly("rule.beta_1");
    }

    @Test
    void aHyperparameterHasOneDefaultInAStep() {
        Direction rule = s -> s.direction().times(s.hyper("beta", 0.9)).plus(s.hyper("beta", 0.99));
        assertThatThrownBy(() -> trace(rule))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("rule: the hyperparameter \"beta\" must have one default in a step, got 0.9 and 0.99");
        Direction same = s -> s.direction().times(s.hyper("beta", 0.9)).plus(s.hyper("beta", 0.9));
        assertThat(hyperparameters(same)).containsExactly("rule.beta");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a/b", "exp avg", " m", "m\t", "m\u00a0", "adam.m"})
    void theNameOfAStateOrHyperparameterIsOneWord(String name) {
        List<Function<Step, Object>> uses = List.of(
                s -> s.state(name),
                s -> s.state(name, s.units()),
                s -> s.state(name, s.initialTheta()),
                s -> s.scalar(name, Expr.ONE),
                s -> s.shared(name, Expr.ONE));
        for (Function<Step, Object> use : uses) {
            assertThatThrownBy(() -> trace(s -> {
                        Object ignored = use.apply(s);
                        return s;
                    }))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("rule: the name of a state must not be empty or contain '.', '/' or blanks, got \""
                            + name + "\"");
        }
        assertThatThrownBy(() -> trace(s -> s.subtract(s.hyper(name, 1))))
                .hasMessage("rule: the name of a hyperparameter must not be empty or contain '.', '/' or blanks,"
                        + " got \"" + name + "\"");
        assertThatThrownBy(() -> Rules.adam().named(name))
                .hasMessage("the name of a link must not be empty or contain '.', '/' or blanks, got \"" + name + "\"");
    }

    static Stream<Function<Rule, Rule>> surroundings() {
        return Stream.of(
                rule -> rule,
                rule -> chain(Rules.clipByNorm(1), rule, Rules.decayWeights(0.1)),
                rule -> new Accumulate(chain(rule), 2),
                rule -> new Cautious(rule),
                rule -> chain(chain(rule.onlyFor(Mask.rank(2)))));
    }

    @ParameterizedTest
    @MethodSource("surroundings")
    void whatARuleThrowsNamesItOnce(Function<Rule, Rule> surroundings) {
        IllegalArgumentException argument = new IllegalArgumentException("the sum of the betas must be 1, got 2");
        assertThatThrownBy(() -> trace(surroundings.apply(throwing(argument))))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessage("broken: the sum of the betas must be 1, got 2")
                .hasCause(argument);
        IllegalArgumentException named = new IllegalArgumentException("broken: it needs a matrix");
        assertThatThrownBy(() -> trace(surroundings.apply(throwing(named)))).isSameAs(named);
        IllegalArgumentException subject = new IllegalArgumentException("broken works on matrices only");
        assertThatThrownBy(() -> trace(surroundings.apply(throwing(subject)))).isSameAs(subject);
        assertThatThrownBy(() -> trace(surroundings.apply(throwing(new IllegalStateException("twice")))))
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessage("broken: twice");
        ArithmeticException other = new ArithmeticException("/ by zero");
        assertThatThrownBy(() -> trace(surroundings.apply(throwing(other))))
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasMessage("broken: its code failed with java.lang.ArithmeticException: / by zero")
                .hasCause(other);
    }

    private static Rule throwing(RuntimeException e) {
        Direction rule = s -> {
            throw e;
        };
        return rule.named("broken");
    }

    @Test
    void whatARuleThrowsAtAnEventOrAfterTheStepNamesItToo() {
        record Late() implements Rule {
            @Override
            public Step apply(Step s) {
                Expr ignored = s.state("update").becomesAfterStep((finished, old) -> {
                    throw new UnsupportedOperationException("not yet");
                });
                return s;
            }

            @Override
            public Set<String> events() {
                return Set.of("refresh");
            }

            @Override
            public Step on(String event, Step s) {
                throw new IllegalArgumentException("it needs a matrix");
            }
        }
        assertThatThrownBy(() -> trace(chain(Rules.adam(), new Late())))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("late: its code failed with java.lang.UnsupportedOperationException: not yet");
        assertThatThrownBy(() -> Trace.of(chain(Rules.adam(), new Late()), "refresh", "w", MATRIX))
                .hasMessage("late: it needs a matrix");
    }

    @Test
    void aTraceTellsWhatWasDeclaredAndNotRead() {
        Rule rule = Declaring.reading("beta1").named("mine");
        assertThat(trace(chain(Rules.adam(), rule)).unread())
                .extracting(Unread::name, Unread::asked)
                .containsExactly(tuple("mine.weight_decay", false));
        Rule asking = Declaring.reading(s -> s.matches(Mask.rank(1)) ? s.hyper("beta1", 0.5) : s.direction());
        assertThat(trace(asking).unread()).hasSize(2).allMatch(Unread::asked);
        assertThat(trace(new Softplus(Rules.adam())).unread()).isEmpty();
    }

    @Test
    void theCatalogueReadsWhatItDeclares() {
        assertThat(Rules.all())
                .allSatisfy(entry -> assertThat(unread(entry.rule())).isEmpty());
    }

    @Test
    void soDoThePartsThatItDoesNotContain() {
        assertThat(Rules.otherParts())
                .isNotEmpty()
                .allSatisfy(part -> assertThat(unread(part)).isEmpty());
    }

    /// What is read neither in the step nor at an event.
    private static Set<String> unread(Rule rule) {
        Set<String> unread = names(trace(rule));
        rule.events().forEach(event -> unread.retainAll(names(Trace.of(rule, event, "w", MATRIX))));
        return unread;
    }

    private static Set<String> names(Trace trace) {
        return trace.unread().stream().map(Unread::name).collect(Collectors.toCollection(HashSet::new));
    }
}
