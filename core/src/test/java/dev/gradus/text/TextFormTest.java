package dev.gradus.text;

import static dev.gradus.rule.Chain.chain;
import static dev.gradus.rule.Mask.rankAtLeast;
import static dev.gradus.rules.Rules.adaBelief;
import static dev.gradus.rules.Rules.adam;
import static dev.gradus.rules.Rules.clipByGlobalNorm;
import static dev.gradus.rules.Rules.decayWeights;
import static dev.gradus.rules.Rules.lookahead;
import static dev.gradus.schedule.Schedules.constant;
import static dev.gradus.schedule.Schedules.cosine;
import static dev.gradus.schedule.Schedules.linear;
import static dev.gradus.schedule.Schedules.warmupCosine;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.gradus.expr.Clock;
import dev.gradus.expr.Expr;
import dev.gradus.rule.Direction;
import dev.gradus.rule.Mask;
import dev.gradus.rule.Masked;
import dev.gradus.rule.Rule;
import dev.gradus.rule.Step;
import dev.gradus.rules.Rules;
import dev.gradus.rules.Rules.Entry;
import dev.gradus.schedule.Schedule;
import dev.gradus.schedule.Schedules;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class TextFormTest {
    private static final TextForm FORM = TextForm.STANDARD;

    @Test
    void aChainIsReadAndPrintedInItsShortestForm() {
        Rule rule = chain(
                clipByGlobalNorm(0.5),
                adaBelief().withBeta2(0.99),
                decayWeights(0.1).onlyFor(rankAtLeast(2)));

        assertThat(FORM.parseRule(
                        "chain(clipByGlobalNorm(0.50), adabelief(beta2=0.99), " + "decayWeights(0.1, only=rank>=2))"))
                .isEqualTo(rule);
        assertThat(FORM.printRule(rule))
                .isEqualTo("chain(clipByGlobalNorm(0.5), adabelief(beta2=0.99), decayWeights(0.1, only=rank>=2))");
    }

    @ParameterizedTest
    @MethodSource("dev.gradus.rules.Rules#all")
    void everyOptimizerOfTheCatalogueComesBack(Entry entry) {
        assertThat(FORM.parseRule(FORM.printRule(entry.rule()))).isEqualTo(entry.rule());
        assertThat(FORM.parseRule(entry.name())).isEqualTo(entry.rule());
        assertThat(FORM.parseRule(entry.name() + "()")).isEqualTo(entry.rule());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "adam | adam",
                "adam() | adam",
                "Adam ( 0.9,0.99 ) | adam(beta2=0.99)",
                "adam(beta2=0.99, beta1=0.9) | adam(beta2=0.99)",
                "adam(.8, 9.9e-01, 1e-07, uncorrected) | adam(0.8, 0.99, 1e-7, uncorrected)",
                "adam(0.8, placement=UNCORRECTED) | adam(0.8, placement=uncorrected)",
                "adabelief(eps_root=0) | adabelief(epsRoot=0)",
                "adamw | chain(adam, decayWeights)",
                "AdamW(only=rank>=2) | chain(adam, decayWeights, only=rank>=2)",
                "adam-gcc | chain(centralize(only=rank=4), adam(beta2=0.99))",
                "lookahead | lookahead(adam)",
                "lookahead(fast=sgd, sync_period=6) | lookahead(momentum, 6)",
                "softplus(adam, linearAbove=20) | softplus(adam, linearAbove=20)",
                "softplus(adam, 50, inf) | softplus(adam)",
                "rectify(adam, inclusive=true) | rectify(adam, inclusive=true)",
                "factoredRms(minSize=1e3) | factoredRms(minSize=1000)",
                "clipByGlobalNorm(inf) | clipByGlobalNorm(inf)",
                "clip_by_norm(2, norm=MAX) | clipByNorm(2, max)",
                "recordNorm(all, L2) | recordNorm",
                "recordNorm(norm=max) | recordNorm(norm=max)",
                "skipUnusual(4) | skipUnusual",
                "skip_unusual(3, limit=5) | skipUnusual(3, 5)",
                "emaWeights(0.9999, warmup) | emaWeights(0.9999, warmup)",
                "adamax(placement=outside) | adamax(placement=outside)",
                "novograd(0.25, 1e-6, 1e-8) | novograd(epsRoot=1e-8)",
                "rmsprop(initialScale=1) | rmsprop(initialScale=1)",
                "chain(adam) | chain(adam)",
                "descend | descend",
                "b_adam | chain(bAdam(0.9), scaleByMagnitude)",
            })
    void aRuleIsPrintedInItsShortestForm(String text, String shortest) {
        assertThat(FORM.printRule(FORM.parseRule(text))).isEqualTo(shortest);
    }

    @Test
    void theOrderOfWrappersSurvives() {
        Mask matrices = rankAtLeast(2);
        Rule maskedFirst = adam().onlyFor(matrices).named("fast").countingWith(Clock.GROUP_FIRST);
        Rule maskedLast = adam().countingWith(Clock.GROUP_FIRST).named("fast").onlyFor(matrices);

        assertThat(FORM.printRule(maskedFirst)).isEqualTo("adam(only=rank>=2, name=\"fast\", clock=group_first)");
        assertThat(FORM.printRule(maskedLast)).isEqualTo("adam(clock=group_first, name=\"fast\", only=rank>=2)");
        assertThat(FORM.parseRule(FORM.printRule(maskedFirst))).isEqualTo(maskedFirst);
        assertThat(FORM.parseRule(FORM.printRule(maskedLast))).isEqualTo(maskedLast);
    }

    @Test
    void aWrapperWithinItsLikeIsWrittenAsACall() {
        Rule twice = adam().onlyFor(rankAtLeast(2)).onlyFor(Mask.named("*.w"));
        Rule renamed = adam().named("a").onlyFor(rankAtLeast(2)).named("b");

        assertThat(FORM.printRule(twice)).isEqualTo("masked(adam(only=rank>=2), \"*.w\")");
        assertThat(FORM.printRule(renamed)).isEqualTo("renamed(adam(name=\"a\", only=rank>=2), \"b\")");
    }

    @Test
    void everyRecordOfARuleIsKnown() {
        for (Class<?> type : records("dev.gradus.rules", Rule.class)) {
            assertThat(Vocabulary.standard().names(type))
                    .as(
                            "the names of %s: rules that the catalogue does not contain are listed in Rules.OTHER_PARTS",
                            type)
                    .isNotEmpty();
        }
        for (Class<?> type : records("dev.gradus.rule", Rule.class)) {
            assertThat(Vocabulary.standard().names(type)).as("%s", type).isNotEmpty();
        }
    }

    @Test
    void everyPartComesBackHoweverItIsAdjusted() {
        Samples samples = new Samples(1);
        for (Record example : examples()) {
            RecordPart part = Vocabulary.standard().part(example);
            assertThat(comesBack(example)).isTrue();
            for (Part.Parameter component : part.parameters()) {
                Record changed = samples.changed(part, example, component)
                        .orElseThrow(() -> new AssertionError(
                                "no other " + component.name() + " than in " + example + " is found"));
                String text = FORM.printRule((Rule) changed);
                assertThat(text).isNotEqualTo(FORM.printRule((Rule) example));
                assertThat(FORM.parseRule(text)).isEqualTo(changed);
            }
        }
    }

    @Test
    void anyNestingComesBack() {
        for (int seed = 0; seed < 400; seed++) {
            Samples samples = new Samples(seed);
            Rule rule = (Rule) samples.of(Rule.class, 1 + seed % 4);
            assertThat(FORM.parseRule(FORM.printRule(rule))).as("seed %d", seed).isEqualTo(rule);
        }
    }

    @Test
    void theCompleteFormHasEveryArgumentByName() {
        TextForm complete = FORM.complete();
        assertThat(complete.printRule(FORM.parseRule("chain(adam, decayWeights(only=rank>=2, weightDecay=0.01))")))
                .isEqualTo("chain(adam(beta1=0.9, beta2=0.999, eps=1e-8, placement=corrected), "
                        + "decayWeights(weightDecay=0.01, only=rank>=2))");
        assertThat(complete.printSchedule(constant(0.5).times(2)))
                .isEqualTo("scaled(schedule=constant(value=0.5), factor=2)");
    }

    @Test
    void theCompleteFormComesBack() {
        TextForm complete = FORM.complete();
        List<Rule> rules = new ArrayList<>(Rules.otherParts());
        Rules.all().forEach(entry -> rules.add(entry.rule()));
        for (int seed = 0; seed < 100; seed++) {
            rules.add((Rule) new Samples(seed).of(Rule.class, 3));
        }
        for (Rule rule : rules) {
            assertThat(FORM.parseRule(complete.printRule(rule))).isEqualTo(rule);
        }
        for (Schedule schedule : Schedules.all()) {
            assertThat(FORM.parseSchedule(complete.printSchedule(schedule))).isEqualTo(schedule);
        }
    }

    @Test
    void signaturesShowArgumentsWithTheirDefaults() {
        assertThat(FORM.signatures())
                .contains(
                        "adam(beta1=0.9, beta2=0.999, eps=1e-8, placement=corrected)",
                        "chain(links, …)",
                        "descend()",
                        "epsInRoot(rule, epsRoot, moment=raw)",
                        "lookahead(fast, syncPeriod=5, slowStepSize=0.5)",
                        "softplus(rule, smooth=50, linearAbove=inf)")
                .noneMatch(signature -> signature.startsWith("masked"))
                .isSortedAccordingTo(String.CASE_INSENSITIVE_ORDER);
        assertThat(FORM.with(new Own(0.9, 0.99)).signatures()).contains("own(beta1, beta2)");
    }

    @Test
    void aRecordOfOnesOwnCanBeMadeKnown() {
        TextForm mine = FORM.with(new Own(0.9, 0.99));
        Rule rule = chain(new Own(0.9, 0.5), decayWeights(0.5));

        assertThat(mine.printRule(rule)).isEqualTo("chain(own(0.9, 0.5), decayWeights(0.5))");
        assertThat(mine.parseRule(mine.printRule(rule))).isEqualTo(rule);
        assertThatThrownBy(() -> FORM.printRule(rule))
                .hasMessage("own (dev.gradus.text.TextFormTest$Own) cannot be written as text: it is not known here, "
                        + "but can be made so with TextForm.with(…)");
        assertThatThrownBy(() -> FORM.with(new Adam(1)))
                .hasMessage("two parts are called \"adam\": dev.gradus.rules.adaptive.Adam and "
                        + "dev.gradus.text.TextFormTest$Adam");
    }

    @Test
    void aNameThatMeansAnotherOptimizerGetsItsArguments() {
        TextForm mine = FORM.with(new Sgd(0.5));

        assertThat(mine.printRule(new Sgd())).isEqualTo("sgd(0.25)");
        assertThat(mine.parseRule("sgd(0.25)")).isEqualTo(new Sgd());
        assertThat(mine.parseRule("sgd()")).isEqualTo(Rules.sgd());
    }

    @Test
    void codeCannotBeWritten() {
        Rule lambda = s -> s;
        Rule anonymous = new Direction() {
            @Override
            public Expr update(Step s) {
                return s.direction();
            }
        };

        assertThatThrownBy(() -> FORM.printRule(chain(adam(), lambda)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageMatching(
                        "the rule \"rule\" \\(dev\\.gradus\\.text\\.TextFormTest\\$\\$Lambda.*\\) cannot be written as text: "
                                + "it is code, not a record");
        assertThatThrownBy(() -> FORM.printRule(lookahead(anonymous)))
                .hasMessage("the rule \"rule\" (dev.gradus.text.TextFormTest$1) cannot be written as text: it is code, "
                        + "not a record");
        assertThatThrownBy(() -> FORM.printRule(adam().onlyFor(Mask.of("wide", shape -> true))))
                .hasMessage("the mask \"wide\" cannot be written as text: it is code, not a record");
        assertThatThrownBy(() -> FORM.printSchedule(completed -> 1))
                .hasMessageMatching("the schedule .*Lambda.* cannot be written as text: it is code, not a record");
    }

    @Test
    void whatIsNestedTooDeeplyIsRefused() {
        Rule rule = adam();
        for (int i = 0; i < 10_000; i++) {
            rule = lookahead(rule);
        }
        Rule tooDeep = rule;

        assertThatThrownBy(() -> FORM.printRule(tooDeep))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("what is nested deeper than 500 cannot be written as text");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rank>=2",
                "rank=4",
                "\"*.bias\"",
                "size[0]>=128",
                "size[1]=3",
                "not rank=1",
                "not not \"a\"",
                "(rank>=2 and not \"*.bias\")",
                "((rank=1 or rank=2) or (rank=3 and size[0]=8))",
                "not (rank=1 or \"head.*\")",
                "\"a\\\"b\\\\c\\nd\"",
            })
    void aMaskIsPrintedAsItIsRead(String text) {
        Mask mask = FORM.parseMask(text);

        assertThat(FORM.printMask(mask)).isEqualTo(text);
        assertThat(FORM.parseRule(FORM.printRule(adam().onlyFor(mask)))).isEqualTo(new Masked(adam(), mask));
        assertThat(FORM.parseRule(FORM.printRule(adam().onlyFor(mask).onlyFor(mask))))
                .isEqualTo(new Masked(new Masked(adam(), mask), mask));
    }

    @Test
    void notBindsMoreTightlyThanAndAndAndMoreThanOr() {
        assertThat(FORM.printMask(FORM.parseMask("rank=1 or not rank=2 and rank=3 or \"a\"")))
                .isEqualTo("((rank=1 or (not rank=2 and rank=3)) or \"a\")");
    }

    @Test
    void anyMaskComesBack() {
        for (int seed = 0; seed < 300; seed++) {
            Mask mask = (Mask) new Samples(seed).of(Mask.class, 1 + seed % 5);
            assertThat(FORM.parseMask(FORM.printMask(mask))).as("seed %d", seed).isEqualTo(mask);
        }
    }

    @Test
    void aMaskPrintsItselfLikeItsText() {
        Mask mask = FORM.parseMask("((rank>=2 and size[0]>=128) or (not \"*.bias\" and (rank=1 or size[1]=3)))");

        assertThat(mask).hasToString(FORM.printMask(mask));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "constant(0.1) | constant(0.1)",
                "linear(0, 0.1, 20).then(cosine(0.1, 0.001, 180)) | linear(0, 0.1, 20).then(cosine(0.1, 0.001, 180))",
                "linear(to=0.1, from=0, steps=20) | linear(0, 0.1, 20)",
                "warmupCosine(0, 0.1, 20, 200, 0.001) | linear(0, 0.1, 20).then(cosine(0.1, 0.001, 180))",
                "linear(0, 1, 20).until(10, constant(2)) | linear(0, 1, 20).until(10, constant(2))",
                "noam(1, 512, 4000).times(2).atLeast(1e-5).perParameter() "
                        + "| noam(1, 512, 4000).times(2).atLeast(1e-5).perParameter()",
                "switch(constant(1), 5, scaled(constant(1), 2)) | constant(1).until(5, constant(1).times(2))",
                "constant(2).times(factor=linear(0, 1, 9)) | constant(2).times(linear(0, 1, 9))",
                "constant(2).times(factor=3).times(-4) | constant(2).times(3).times(-4)",
                "staircase(8, 0.5, 30).after(10).at_least(1) "
                        + "| constant(8).until(10, exponential(8, 0.5, 1).every(30)).atLeast(1)",
                "multiStep(8, 0.5, [20, 50]) | piecewise([knot(0, 8), knot(20, 4), knot(50, 2)], constant)",
                "oneCycle(1, 5, 0, 10, 0.25, cosine) | piecewise([knot(0, 1), knot(1.5, 5), knot(9, 0)], cosine)",
                "triangular(0.1, 1, 20, 30) | triangular(0.1, 1, 20, 30)",
                "triangular2(0.1, 1, 20, down=30) | triangular(0.1, 1, 20, 30, 0.5)",
                "expRange(0.1, 1, 20, 30, 0.99) | triangular(0.1, 1, 20, 30, perStep=0.99)",
                "warmupStableDecay(2, 10, 70, 20, 0) "
                        + "| linear(0, 2, 10).then(constant(2).until(70, linear(2, 0, 20)))",
                "plateau(cosine(1, 0, 90, exponent=2), max, patience=3, thresholdMode=abs) "
                        + "| plateau(cosine(1, 0, 90, 2), max, patience=3, thresholdMode=abs)",
            })
    void aScheduleIsPrintedInItsShortestForm(String text, String shortest) {
        assertThat(FORM.printSchedule(FORM.parseSchedule(text))).isEqualTo(shortest);
    }

    @Test
    void aScheduleIsWhatItsTextSaysInJava() {
        assertThat(FORM.parseSchedule("linear(0, 0.1, 20).then(cosine(0.1, 0.001, 180)).times(10)"))
                .isEqualTo(linear(0, 0.1, 20).then(cosine(0.1, 0.001, 180)).times(10));
        assertThat(FORM.parseSchedule("warmup_cosine(0, 1, 20, 200, 0)")).isEqualTo(warmupCosine(0, 1, 20, 200, 0));
        assertThat(FORM.printSchedule(constant(0.5).perParameter())).isEqualTo("constant(0.5).perParameter()");
    }

    @Test
    void everyRecordOfAScheduleIsKnownAndComesBack() {
        Collection<Class<?>> types = records("dev.gradus.schedule", Schedule.class);
        assertThat(types).hasSizeGreaterThan(5);
        for (Class<?> type : types) {
            assertThat(Vocabulary.standard().names(type))
                    .as("the names of %s: records of schedules are members of Schedules", type)
                    .isNotEmpty();
            for (RecordPart part : Samples.parts(type)) {
                for (int seed = 0; seed < 20; seed++) {
                    Schedule schedule = (Schedule) new Samples(seed)
                            .of(part, 3)
                            .orElseThrow(() -> new AssertionError("no " + part.name() + " is found"));
                    assertThat(FORM.parseSchedule(FORM.printSchedule(schedule)))
                            .as("seed %d", seed)
                            .isEqualTo(schedule);
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "adamm | column 1: unknown rule \"adamm\": did you mean \"adam\"?",
                "chain(adam, dekayWeights(0.1)) | column 13: unknown rule \"dekayWeights\": did you mean "
                        + "\"decayWeights\"?",
                "adam(beta3=0.9) | column 6: adam has no argument \"beta3\": did you mean \"beta1\"?",
                "adam(0.9, wat=1) | column 11: adam has no argument \"wat\": known are beta1, beta2, eps, placement, "
                        + "only, name, clock",
                "adamw(0.1) | column 7: adamw takes no arguments without a name",
                "adamw(beta1=0.1) | column 7: adamw has no argument \"beta1\": known are only, name, clock",
                "adam(\"x\") | column 6: beta1 of adam must be a number, got \"x\"",
                "adam(adam) | column 6: beta1 of adam must be a number, got \"adam\"",
                "adam(placement=inside) | column 16: placement of adam must be one of corrected, uncorrected, got "
                        + "\"inside\"",
                "rectify(adam, inclusive=1) | column 25: inclusive of rectify must be one of false, true, got 1",
                "factoredRms(minSize=1.5) | column 21: minSize of factoredRms must be a whole number from "
                        + "-9223372036854775808 to 9223372036854775807, got 1.5",
                "lookahead(syncPeriod=5) | column 1: lookahead needs the argument \"fast\"",
                "epsInRoot(adam) | column 1: epsInRoot needs the argument \"epsRoot\"",
                "adam(0.9, beta1=0.8) | column 11: beta1 of adam is given twice",
                "adam(eps=1, EPS=2) | column 13: eps of adam is given twice",
                "adam(only=rank=1, only=rank=2) | column 19: only of adam is given twice",
                "adam(beta1=0.9, 0.99) | column 17: an argument without a name cannot follow one with a name",
                "adam(1, 2, 3, corrected, 5) | column 26: adam takes at most 4 arguments without a name",
                "adam(0.9, 1.5) | column 11: Adam: beta2 must be in [0, 1), got 1.5",
                "chain(adam, adabelief(epsRoot=-1)) | column 23: AdaBelief: eps_root must be in [0, inf), got -1.0",
                "adam(1e999) | column 6: beta1 of adam must be a number that fits in 64 bits, got 1e999",
                "chain() | column 1: chain: needs at least one rule, got none",
                "chain(adam, name=\"x\") | column 13: a chain has no name of its own (\"x\"): name its links",
                "adam(name=\"a.b\") | column 6: the name of a link must not be empty or contain '.', '/' or blanks, got "
                        + "\"a.b\"",
                "adam(name=fast) | column 11: name of adam must be a string in double quotes, got \"fast\"",
                "adam(clock=mine) | column 12: clock of adam must be one of own, group_first, optimizer, got \"mine\"",
                "chain(adam, sgd | column 16: expected \",\" or \")\", got the end of the text",
                "chain(adam | column 11: expected \",\" or \")\", got the end of the text",
                "adam() adam | column 8: unexpected \"adam\" after the end of the rule",
                "adam) | column 5: unexpected \")\" after the end of the rule",
                "'' | column 1: the text must be a rule, got the end of the text",
                "'  ' | column 3: the text must be a rule, got the end of the text",
                "0.9 | column 1: the text must be a rule, got 0.9",
                "chain(adam,, sgd) | column 12: argument 2 of chain must be a rule, got \",\"",
                "adam(β₁=0.9) | column 6: unexpected character \"β\": outside of quotes the text is ASCII",
                "adam(name=\"😀\", 😀) | column 16: unexpected character \"😀\": outside of quotes the text is ASCII",
                "adam; | column 5: unexpected character \";\"",
                "adam(name=\"fast) | column 11: the string that begins here has no closing quote",
                "adam(name=\"f\\x\") | column 13: a backslash stands before one of \" \\ n t, or before u and four digits",
                "adam(only=rank>1) | column 15: rank is compared with = or >=, got \">\"",
                "adam(only=rank>=x) | column 17: the rank must be a whole number, got \"x\"",
                "adam(only=matrix) | column 11: only of adam must be a mask, such as rank>=2, size[0]=128, \"*.bias\", "
                        + "not …, (… and …) or (… or …), got \"matrix\"",
                "adam(only=(rank=1 and rank=2) | column 30: expected \",\" or \")\", got the end of the text",
                "adam(only=size(0)=1) | column 15: expected \"[\", got \"(\"",
            })
    void aMistakeInARuleIsSaidWithItsColumn(String text, String sentence) {
        assertThatThrownBy(() -> FORM.parseRule(text))
                .isInstanceOf(TextError.class)
                .hasMessage(sentence);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "liner(0, 1, 5) | column 1: unknown schedule \"liner\": did you mean \"linear\"?",
                "linear(0, 1) | column 1: linear needs the argument \"steps\"",
                "linear(0, 1, -5) | column 14: linear: steps must be at least 0, got -5",
                "constant(1).the(constant(2)) | column 13: unknown method of schedules \"the\": did you mean \"then\"?",
                "noam(1, 2, 3).then(constant(1)) | column 15: Noam[factor=1.0, dModel=2, warmup=3] runs for ever: say "
                        + "with until(steps, next) when the next one begins",
                "noam(1, 3000000000, 3) | column 9: dModel of noam must be a whole number from -2147483648 to "
                        + "2147483647, got 3000000000",
            })
    void aMistakeInAScheduleIsSaidWithItsColumn(String text, String sentence) {
        assertThatThrownBy(() -> FORM.parseSchedule(text))
                .isInstanceOf(TextError.class)
                .hasMessage(sentence);
    }

    @Test
    void aRuleOfAnotherKindIsRefusedWithThoseThatFit() {
        assertThatThrownBy(() -> FORM.parseRule("amsgrad(momentum)"))
                .isInstanceOf(TextError.class)
                .hasMessageStartingWith("column 9: rule of amsgrad must be one of adabelief, ")
                .hasMessageEndingWith(", got momentum");
        assertThatThrownBy(() -> FORM.parseRule("amsgrad(adam(only=rank=1))"))
                .isInstanceOf(TextError.class)
                .hasMessageStartingWith("column 9: rule of amsgrad must be one of adabelief, ")
                .hasMessageEndingWith(", got masked");
    }

    @Test
    void theColumnCanBeAskedFor() {
        assertThatThrownBy(() -> FORM.parseRule("chain(adam, adamm)"))
                .isInstanceOfSatisfying(
                        TextError.class, error -> assertThat(error.column()).isEqualTo(13));
    }

    @Test
    void deepNestingIsAnErrorAndNoStackOverflow() {
        int deep = 10_000;

        assertThatThrownBy(() -> FORM.parseRule("chain(".repeat(deep) + "adam" + ")".repeat(deep)))
                .isInstanceOf(TextError.class)
                .hasMessage("column 606: nested deeper than 100");
        assertThatThrownBy(() -> FORM.parseRule("(".repeat(deep))).hasMessageStartingWith("column 1: the text must be");
        assertThatThrownBy(() -> FORM.parseMask("(".repeat(deep))).hasMessage("column 101: nested deeper than 100");
        assertThatThrownBy(() -> FORM.parseMask("not ".repeat(deep) + "rank=1"))
                .hasMessage("column 401: nested deeper than 100");
        assertThatThrownBy(() -> FORM.parseMask("rank=1" + " and rank=1".repeat(deep)))
                .hasMessageEndingWith("more than 200 times and, or, or a method in one text");
        assertThatThrownBy(() -> FORM.parseSchedule("constant(1)" + ".times(2)".repeat(deep)))
                .hasMessageEndingWith("more than 200 times and, or, or a method in one text");
    }

    @Test
    void anyTextIsReadOrRefusedWithAColumnInIt() {
        List<String> pieces = List.of(
                "(", ")", "[", "]", ",", "=", ">=", ".", "\"", "\\", "not ", " and ", "rank", "size[0]", "only=",
                "name=", "1", "-1", "1e400", "0.5", "inf", "nan", "true", "adam", "chain", "raw", "β", ";", " ");
        Random random = new Random(1);
        int read = 0;
        for (int i = 0; i < 5_000; i++) {
            Rule rule = Rules.all().get(random.nextInt(Rules.all().size())).rule();
            StringBuilder text =
                    new StringBuilder(FORM.printRule(rule.onlyFor(rankAtLeast(2).and(Mask.named("*")))));
            for (int edit = 0; edit <= i % 3; edit++) {
                int from = random.nextInt(text.length() + 1);
                int to = Math.min(text.length(), from + random.nextInt(3));
                text.replace(from, to, pieces.get(random.nextInt(pieces.size())));
            }
            try {
                Rule mutant = FORM.parseRule(text.toString());
                assertThat(FORM.parseRule(FORM.printRule(mutant))).isEqualTo(mutant);
                read++;
            } catch (TextError e) {
                assertThat(e.column()).as("%s", text).isBetween(1, text.length() + 1);
            }
        }
        assertThat(read).isBetween(50, 4_000);
    }

    @Test
    void whatCanBeReadCanBePrintedOnASmallStack() throws Exception {
        String rule = "chain(".repeat(100) + "adam" + ")".repeat(100);
        String schedule = "constant(1)" + ".times(2)".repeat(200);
        List<String> printed = new ArrayList<>();
        Thread thread = new Thread(
                null,
                () -> {
                    printed.add(FORM.printRule(FORM.parseRule(rule)));
                    printed.add(FORM.printSchedule(FORM.parseSchedule(schedule)));
                },
                "small stack",
                512 * 1024);
        thread.start();
        thread.join();

        assertThat(printed).containsExactly(rule, schedule);
    }

    @Test
    void spacesAndLinesDoNotMatter() {
        assertThat(FORM.parseRule(" chain (\n\tadam( beta1 = 0.8 ) ,\r\n  decayWeights\n)\n"))
                .isEqualTo(chain(adam().withBeta1(0.8), decayWeights(0.01)));
    }

    @Test
    void theExamplesOfThePageArePrintedAsTheyAreRead() throws Exception {
        String page = Files.readString(Path.of("..", "docs", "text-form.md"));
        List<String> examples = page.split("```", -1)[1].strip().lines().toList();

        assertThat(FORM.printRule(FORM.parseRule(examples.get(0)))).isEqualTo(examples.get(0));
        assertThat(FORM.printSchedule(FORM.parseSchedule(examples.get(1)))).isEqualTo(examples.get(1));
        assertThat(examples).hasSize(2);
    }

    @Test
    void aListIsSplitOutsideOfParenthesesAndQuotes() {
        assertThat(TextForm.split("sgd, chain(adam, sgd(name=\"a,b\")) ,adam-gcc"))
                .containsExactly("sgd", "chain(adam, sgd(name=\"a,b\"))", "adam-gcc");
        assertThat(TextForm.split("")).containsExactly("");
    }

    record Own(double beta1, double beta2) implements Direction {
        @Override
        public Expr update(Step s) {
            return s.direction();
        }
    }

    record Adam(double x) implements Direction {
        @Override
        public Expr update(Step s) {
            return s.direction();
        }
    }

    record Sgd(double momentum) implements Direction {
        Sgd() {
            this(0.25);
        }

        @Override
        public Expr update(Step s) {
            return s.direction();
        }
    }

    private static boolean comesBack(Record rule) {
        return FORM.parseRule(FORM.printRule((Rule) rule)).equals(rule);
    }

    /// One record of each kind.
    private static Collection<Record> examples() {
        Map<Class<?>, Record> examples = new LinkedHashMap<>();
        Stream<Rule> rules = Stream.of(
                        Rules.all().stream().map(Entry::rule),
                        Rules.otherParts().stream(),
                        Stream.of(adam().named("a"), adam().countingWith(Clock.OPTIMIZER)))
                .flatMap(s -> s);
        rules.flatMap(rule -> TextForm.parts(rule).stream())
                .forEach(rule -> examples.putIfAbsent(rule.getClass(), (Record) rule));
        return examples.values();
    }

    private static Collection<Class<?>> records(String packageName, Class<?> kind) {
        return new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests()).importPackages(packageName).stream()
                        .filter(c -> c.isRecord()
                                && c.isAssignableTo(kind)
                                && c.getPackageName().equals(packageName)
                                && c.getModifiers().contains(JavaModifier.PUBLIC))
                        .<Class<?>>map(JavaClass::reflect)
                        .toList();
    }
}
