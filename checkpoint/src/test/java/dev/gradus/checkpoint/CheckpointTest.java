package dev.gradus.checkpoint;

import static dev.gradus.rule.Chain.chain;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gradus.Optimizer;
import dev.gradus.Options;
import dev.gradus.Parameter;
import dev.gradus.ParameterGroup;
import dev.gradus.StateFormat;
import dev.gradus.rule.Mask;
import dev.gradus.rule.Rule;
import dev.gradus.rules.Rules;
import dev.gradus.rules.adaptive.Prodigy;
import dev.gradus.rules.average.EmaWeights;
import dev.gradus.schedule.Plateau;
import dev.gradus.schedule.Schedule;
import dev.gradus.schedule.Schedules;
import dev.gradus.tensor.ElementType;
import dev.gradus.tensor.Shape;
import dev.gradus.text.TextForm;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CheckpointTest {
    private static final Rule RULE = chain(Rules.clipByGlobalNorm(1), Rules.adam(), Rules.decayWeights(0.01));

    @TempDir
    private Path folder;

    private Path file() {
        return folder.resolve("training.safetensors");
    }

    @ParameterizedTest
    @EnumSource(StateFormat.class)
    void aTrainingGoesOnAsIfItHadNotBeenInterrupted(StateFormat format) {
        Rule rule = Rules.lookahead(RULE);
        Schedule schedule = Schedules.linear(0.1, 0.01, 20);
        try (Training undisturbed = new Training(rule, schedule, format, 1, "a", "b", "c");
                Training first = new Training(rule, schedule, format, 1, "a", "b", "c");
                Training second = new Training(rule, schedule, format, 3, "c", "a", "b")) {
            undisturbed.steps(12);
            first.steps(6);
            Checkpoint.save(file(), first.optimizer, Map.of("epoch", "6"));
            assertThat(Checkpoint.load(file(), second.optimizer).isExact()).isTrue();
            assertThat(second.texts()).isEqualTo(first.texts());
            second.steps(6);
            assertThat(second.texts()).isEqualTo(undisturbed.texts());
        }
    }

    @Test
    void whatSchedulesRememberIsKept() {
        Schedule schedule = new Plateau(Schedules.constant(0.1));
        try (Training first = new Training(RULE, schedule, StateFormat.ARITHMETIC, 1, "a");
                Training second = new Training(RULE, schedule, StateFormat.ARITHMETIC, 1, "a")) {
            first.steps(2);
            for (double loss : new double[] {3, 4, 5, 6}) {
                first.optimizer.observe(loss);
            }
            Checkpoint.save(file(), first.optimizer);
            assertThat(second.texts()).isNotEqualTo(first.texts());
            Checkpoint.load(file(), second.optimizer);
            assertThat(second.texts()).isEqualTo(first.texts());
            assertThat(second.optimizer.states().stream().filter(s -> s.name().startsWith("group:")))
                    .isNotEmpty();
        }
    }

    @Test
    void evaluationModeFrozenParametersAndNotesAreKept() {
        try (Training first = training(Rules.lookahead(RULE), "a", "b");
                Training second = training(Rules.lookahead(RULE), "a", "b")) {
            first.steps(2);
            first.optimizer.freeze(Mask.named("b"));
            first.optimizer.evaluate();
            Checkpoint.save(file(), first.optimizer, Map.of("seed", "7", "", "none"));
            Checkpoint.load(file(), second.optimizer);
            assertThat(second.optimizer.isFrozen("b")).isTrue();
            assertThat(second.optimizer.isEvaluating()).isTrue();
            try (Checkpoint open = Checkpoint.open(file())) {
                assertThat(open.notes()).isEqualTo(Map.of("seed", "7", "", "none"));
                assertThat(open.completed()).isEqualTo(2);
                assertThat(open.completedByParameter()).isEqualTo(Map.of("a", 2L, "b", 2L));
                assertThat(open.groups()).singleElement().satisfies(group -> {
                    assertThat(group.name()).isEqualTo("all");
                    assertThat(group.rule()).startsWith("lookahead(");
                    assertThat(group.settings()).containsEntry("learning_rate", "constant(0.1)");
                });
            }
        }
    }

    private static Training training(Rule rule, String... names) {
        return new Training(rule, Schedules.constant(0.1), StateFormat.ARITHMETIC, 1, names);
    }

    private static Training tiny() {
        return new Training(3, Rules.sgd(), Schedules.constant(0.1), StateFormat.ARITHMETIC, 1, "a");
    }

    @Test
    void whatDoesNotFitIsListedInFullAndNothingChanges() {
        try (Training first = training(RULE, "a", "b");
                Training second = training(chain(Rules.amsGrad(), Rules.decayWeights(0.01)), "b", "new")) {
            first.steps(1);
            Checkpoint.save(file(), first.optimizer);
            List<String> before = second.texts();
            assertThatThrownBy(() -> Checkpoint.load(file(), second.optimizer))
                    .isInstanceOfSatisfying(CheckpointException.class, e -> {
                        assertThat(e.getMessage()).startsWith(file() + " does not fit the optimizer: ");
                        assertThat(e.problems())
                                .anyMatch(
                                        p -> p.startsWith("group \"all\" was trained by chain(clipByGlobalNorm, adam"))
                                .contains("parameter a is unexpected", "parameter new is missing")
                                .anyMatch(p -> p.contains("max_exp_avg_sq is missing"));
                    });
            assertThat(second.texts()).isEqualTo(before);
            assertThat(second.optimizer.completed()).isZero();
        }
    }

    @Test
    void anotherRuleOfTheSameStatesIsRefused() {
        try (Training first = training(Rules.adam().withBeta2(0.99), "a");
                Training second = training(Rules.adam(), "a")) {
            Checkpoint.save(file(), first.optimizer);
            assertThatThrownBy(() -> Checkpoint.load(file(), second.optimizer))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("was trained by adam(beta2=0.99), group \"all\" is trained by adam");
        }
    }

    @Test
    void otherSettingsAreReported() {
        try (Training first = training(Rules.adam(), "a");
                Training second = training(Rules.adam(), "a")) {
            first.optimizer.set("all", "adam.beta2", 0.9);
            Checkpoint.save(file(), first.optimizer);
            LoadReport report = Checkpoint.load(file(), second.optimizer);
            assertThat(report.differences())
                    .containsExactly("group \"all\": adam.beta2 was constant(0.9), is the rule's own");
            assertThat(report.isExact()).isFalse();
        }
    }

    @Test
    void theFileSaysWhatTheDefaultsWere() {
        try (Training first = training(Rules.adam(), "a")) {
            Checkpoint.save(file(), first.optimizer);
            try (Safetensors written = Safetensors.open(file());
                    Checkpoint read = Checkpoint.open(file())) {
                assertThat(written.metadata().get("gradus.groups"))
                        .contains("\"adam(beta1=0.9, beta2=0.999, eps=1e-8, placement=corrected)\"")
                        .contains("\"constant(value=0.1)\"");
                assertThat(read.groups().getFirst().rule()).isEqualTo("adam");
            }
        }
    }

    @Test
    void rulesAreComparedByWhatTheirTextsMean() {
        GroupDescription written = new GroupDescription(
                "all",
                "ADAM(beta1=0.9, beta2=0.999)",
                Map.of("x", "linear(steps=10, to=0, from=1)"),
                "f",
                true,
                List.of());
        GroupDescription ofCode = new GroupDescription("all", "Own[x=1]", Map.of(), "f", true, List.of());
        assertThat(written.in(TextForm.STANDARD).rule()).isEqualTo("adam");
        assertThat(written.in(TextForm.STANDARD).settings()).containsEntry("x", "linear(1, 0, 10)");
        assertThat(ofCode.in(TextForm.STANDARD)).isEqualTo(ofCode);
    }

    @Test
    void settingsAreRestoredOnRequest() {
        Loading restoring = Loading.STRICT.restoringSettings();
        try (Training first = training(RULE, "a", "b");
                Training second = training(RULE, "a", "b")) {
            first.steps(3);
            first.optimizer.set("all", "beta2", 0.9);
            first.optimizer.set("all", "learning_rate", new Plateau(Schedules.linear(0.1, 0.01, 20)).withPatience(1));
            first.observe(3, 4, 5);
            second.optimizer.set("all", "weight_decay", 0.5);
            Checkpoint.save(file(), first.optimizer);
            LoadReport report = Checkpoint.load(file(), second.optimizer, restoring);
            assertThat(report.restored())
                    .containsExactlyInAnyOrder(
                            "group \"all\": adam.beta2 is constant(0.9) again, not the rule's own",
                            "group \"all\": decayWeights.weight_decay is the rule's own again, not constant(0.5)",
                            "group \"all\": learning_rate is plateau(linear(0.1, 0.01, 20), patience=1) again,"
                                    + " not constant(0.1)");
            assertThat(report.isExact()).isTrue();
            assertThat(second.optimizer.hyperparameters("all")).isEqualTo(first.optimizer.hyperparameters("all"));
            first.steps(3);
            second.steps(3);
            first.observe(6, 7);
            second.observe(6, 7);
            first.steps(3);
            second.steps(3);
            assertThat(second.texts()).isEqualTo(first.texts());
            Checkpoint.save(file(), second.optimizer);
            assertThat(Checkpoint.load(file(), first.optimizer).isExact()).isTrue();
        }
    }

    @Test
    void settingsThatCannotBeRestoredAreRefusedBeforeAnythingChanges() {
        Loading restoring = Loading.STRICT.restoringSettings();
        try (Training first = training(RULE, "a", "b");
                Training second = training(RULE, "a", "b")) {
            second.optimizer.set("all", "learning_rate", new Plateau(Schedules.constant(0.2)));
            second.observe(1);
            second.steps(2);
            List<String> before = second.texts();
            Map<String, Double> settings = second.optimizer.hyperparameters("all");
            first.optimizer.set("all", "beta2", 0.9);
            first.optimizer.set("all", "learning_rate", completed -> 0.1);
            Checkpoint.save(file(), first.optimizer);
            assertThatThrownBy(() -> Checkpoint.load(file(), second.optimizer, restoring))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("for learning_rate of group \"all\", which cannot be restored");
            try (Training smaller = training(RULE, "a")) {
                Checkpoint.save(file(), smaller.optimizer);
                assertThatThrownBy(() -> Checkpoint.load(file(), second.optimizer, restoring))
                        .hasMessageContaining("does not fit");
            }
            assertThat(second.texts()).isEqualTo(before);
            assertThat(second.optimizer.hyperparameters("all")).isEqualTo(settings);
            assertThatThrownBy(() -> Loading.STRICT.partial().restoringSettings())
                    .hasMessageContaining("only be restored where everything is loaded");
        }
    }

    @Test
    void partialLoadingSaysWhatItDid() {
        try (Training first = training(RULE, "body", "head", "gone");
                Training second = training(RULE, "encoder.body", "encoder.fresh", "encoder.head")) {
            first.steps(3);
            Checkpoint.save(file(), first.optimizer);
            Loading options = Loading.STRICT.renaming(name -> "encoder." + name).partial();
            LoadReport report = Checkpoint.load(file(), second.optimizer, options);
            assertThat(report.loaded()).containsExactly("encoder.body", "encoder.head");
            assertThat(report.kept()).containsExactly("encoder.fresh: is not in the checkpoint");
            assertThat(report.unused()).containsExactly("encoder.gone");
            assertThat(second.optimizer.completed("encoder.body")).isEqualTo(3);
            assertThat(second.optimizer.completed("encoder.fresh")).isZero();
            assertThat(second.optimizer.state("encoder.body/adam.exp_avg").toArray())
                    .isEqualTo(first.optimizer.state("body/adam.exp_avg").toArray());
        }
    }

    @Test
    void statesThatTheCheckpointLacksBeginAnewAndTheOthersGoOn() {
        Rule averaged = chain(Rules.amsGrad(), new EmaWeights(0.5));
        try (Training first = training(Rules.adam(), "a", "b");
                Training second = training(averaged, "a", "b")) {
            first.steps(3);
            second.steps(1);
            Checkpoint.save(file(), first.optimizer);
            LoadReport report = Checkpoint.load(file(), second.optimizer, Loading.STRICT.partial());
            assertThat(report.loaded()).containsExactly("a", "b");
            assertThat(report.valuesOnly()).isEmpty();
            assertThat(report.unused()).isEmpty();
            assertThat(report.begun())
                    .containsExactlyInAnyOrder(
                            "a/amsgrad.max_exp_avg_sq: is not in the checkpoint",
                            "a/emaWeights.average: is not in the checkpoint",
                            "b/amsgrad.max_exp_avg_sq: is not in the checkpoint",
                            "b/emaWeights.average: is not in the checkpoint");
            assertThat(report.differences()).hasSize(1);
            assertThat(report.isExact()).isFalse();
            assertThat(second.values("a")).isEqualTo(first.values("a"));
            assertThat(second.optimizer.completed("a")).isEqualTo(3);
            for (String state : List.of("a/adam.exp_avg", "b/adam.exp_avg_sq")) {
                assertThat(second.optimizer.state(state).toArray())
                        .isEqualTo(first.optimizer.state(state).toArray());
            }
            assertThat(second.optimizer.state("a/amsgrad.max_exp_avg_sq").toArray())
                    .containsOnly(0);
            // The average begins at the weights that were loaded.
            assertThat(second.optimizer.state("a/emaWeights.average").toArray()).isEqualTo(doubles(first.values("a")));

            LoadReport back = Checkpoint.load(file(), first.optimizer, Loading.STRICT.partial());
            assertThat(back.isExact()).isTrue();
            second.steps(1);
            Checkpoint.save(file(), second.optimizer);
            LoadReport fewer = Checkpoint.load(file(), first.optimizer, Loading.STRICT.partial());
            assertThat(fewer.loaded()).containsExactly("a", "b");
            assertThat(fewer.begun()).isEmpty();
            assertThat(fewer.unused())
                    .containsExactlyInAnyOrder(
                            "a/amsgrad.max_exp_avg_sq",
                            "a/emaWeights.average",
                            "b/amsgrad.max_exp_avg_sq",
                            "b/emaWeights.average");
        }
    }

    private static double[] doubles(float[] values) {
        double[] doubles = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            doubles[i] = values[i];
        }
        return doubles;
    }

    @Test
    void aParameterOfWhichNoStateFitsIsLoadedWithItsValuesOnly() {
        try (Training first = training(Rules.adam(), "a");
                Training second = training(new Prodigy(), "a")) {
            first.steps(3);
            second.steps(2);
            Checkpoint.save(file(), first.optimizer);
            LoadReport report = Checkpoint.load(file(), second.optimizer, Loading.STRICT.partial());
            assertThat(report.loaded()).isEmpty();
            assertThat(report.valuesOnly())
                    .singleElement()
                    .asString()
                    .startsWith("a: state a/prodigy.")
                    .endsWith(" is not in the checkpoint");
            assertThat(report.unused()).isEmpty();
            assertThat(report.differences()).hasSize(1);
            assertThat(second.values("a")).isEqualTo(first.values("a"));
            assertThat(second.optimizer.completed("a")).isZero();
            first.steps(1);
            try (Training fresh = training(new Prodigy(), "a")) {
                fresh.set("a", second.values("a"));
                fresh.optimizer.recapture("prodigy.params0");
                assertThat(second.texts()).isEqualTo(fresh.texts());
            }
        }
    }

    /// A master copy or the steps of rows are no states of a rule: they follow from what is loaded.
    @Test
    void whatFollowsFromValuesAndCountsIsMadeOfThem() {
        Function<Boolean, Optimizer> make = isLater -> {
            MemorySegment values = Arena.ofAuto().allocate(8, 8);
            values.setAtIndex(ValueLayout.JAVA_SHORT, 0, (short) (isLater ? 0x4000 : 0x3f80));
            Parameter parameter = Parameter.of("a", Shape.of(2, 2), ElementType.BFLOAT16, values)
                    .gradient(MemorySegment.ofArray(new float[4]), ElementType.FLOAT32);
            ParameterGroup group = new ParameterGroup("all", List.of(parameter), Rules.sgd(), 0.1);
            return Optimizer.of(isLater ? group.withExactRows() : group.withoutMasterWeights());
        };
        try (Optimizer first = make.apply(false);
                Optimizer second = make.apply(true)) {
            first.step();
            first.step();
            assertThat(second.state("a/master").toArray()).startsWith(2);
            Checkpoint.save(file(), first);
            LoadReport report = Checkpoint.load(file(), second, Loading.STRICT.partial());
            assertThat(report.loaded()).containsExactly("a");
            assertThat(report.begun()).isEmpty();
            assertThat(second.state("a/master").toArray()).containsExactly(1, 0, 0, 0);
            assertThat(second.state("a/last_step").toArray()).containsExactly(2, 2);
            second.step();
            Checkpoint.load(file(), second, Loading.STRICT.onlyValues());
            assertThat(second.state("a/master").toArray()).containsExactly(1, 0, 0, 0);
            assertThat(second.state("a/last_step").toArray()).containsExactly(0, 0);
            assertThat(second.completed("a")).isZero();
        }
    }

    @Test
    void whatIsFrozenStaysSoAndIsReported() {
        try (Training first = training(RULE, "a", "b", "c");
                Training second = training(RULE, "a", "b", "c")) {
            first.steps(1);
            first.optimizer.freeze(Mask.named("c"));
            Checkpoint.save(file(), first.optimizer);
            second.optimizer.freeze(Mask.named("b"));
            for (Loading options : List.of(Loading.STRICT, Loading.STRICT.partial())) {
                LoadReport report = Checkpoint.load(file(), second.optimizer, options);
                assertThat(report.differences())
                        .containsExactly("parameter b stays frozen, which it was not in the checkpoint");
                assertThat(report.isExact()).isFalse();
                assertThat(second.optimizer.isFrozen("a")).isFalse();
                assertThat(second.optimizer.isFrozen("b")).isTrue();
                assertThat(second.optimizer.isFrozen("c")).isTrue();
                assertThat(second.optimizer.completed("b")).isEqualTo(1);
            }
            second.optimizer.unfreeze(Mask.named("b"));
            assertThat(Checkpoint.load(file(), second.optimizer).isExact()).isTrue();
        }
    }

    @Test
    void aPartIsNotLoadedInEvaluationMode() {
        try (Training first = training(Rules.lookahead(RULE), "a");
                Training second = training(Rules.lookahead(RULE), "a")) {
            Checkpoint.save(file(), first.optimizer);
            second.optimizer.evaluate();
            for (Loading options : List.of(Loading.STRICT.partial(), Loading.STRICT.onlyValues())) {
                assertThatThrownBy(() -> Checkpoint.load(file(), second.optimizer, options))
                        .isInstanceOf(CheckpointException.class)
                        .hasMessageContaining("call train() first");
            }
            second.optimizer.train();
            assertThat(Checkpoint.load(file(), second.optimizer, Loading.STRICT.partial())
                            .isExact())
                    .isTrue();
        }
    }

    @Test
    void valuesAloneLetTheOptimizerBeginAnew() {
        try (Training first = training(RULE, "a", "b");
                Training second = training(RULE, "a", "b")) {
            first.steps(3);
            Checkpoint.save(file(), first.optimizer);
            LoadReport report = Checkpoint.load(file(), second.optimizer, Loading.STRICT.onlyValues());
            assertThat(report.valuesOnly()).containsExactly("a: as asked for", "b: as asked for");
            assertThat(second.values("b")).isEqualTo(first.values("b"));
            assertThat(second.optimizer.completed()).isZero();
            assertThat(second.optimizer.state("a/adam.exp_avg").toArray()).containsOnly(0);
        }
    }

    @Test
    void aNewParameterSharesTheNumbersOfItsLink() {
        try (Training first = training(new Prodigy(), "a");
                Training second = training(new Prodigy(), "a", "b")) {
            first.steps(5);
            Checkpoint.save(file(), first.optimizer);
            Checkpoint.load(file(), second.optimizer, Loading.STRICT.partial());
            List<String> numbers = first.optimizer.states().stream()
                    .map(state -> state.name())
                    .filter(name -> name.startsWith("/"))
                    .toList();
            assertThat(numbers).isNotEmpty();
            for (String number : numbers) {
                assertThat(second.optimizer.state(number).toArray())
                        .isEqualTo(first.optimizer.state(number).toArray());
            }
        }
    }

    @Test
    void twoParametersOfOneNewNameAreRefused() {
        try (Training first = training(RULE, "a", "b")) {
            Checkpoint.save(file(), first.optimizer);
            assertThatThrownBy(() -> Checkpoint.load(file(), first.optimizer, Loading.STRICT.renaming(name -> "a")))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("two parameters that are to be called \"a\"");
        }
    }

    @Test
    void statesWithoutValuesLeaveThoseToTheCaller() {
        try (Training first = training(RULE, "a");
                Training second = training(RULE, "a")) {
            first.steps(3);
            Checkpoint.saveStates(file(), first.optimizer, Map.of());
            float[] before = second.values("a").clone();
            Checkpoint.load(file(), second.optimizer);
            assertThat(second.values("a")).isEqualTo(before);
            assertThat(second.optimizer.completed("a")).isEqualTo(3);
        }
    }

    /// Spaces that pad the header are the only bytes that say nothing.
    @Test
    void everyChangedByteIsNoticedAndNothingChanges() throws IOException {
        try (Training first = tiny();
                Training second = tiny()) {
            first.steps(1);
            Checkpoint.save(file(), first.optimizer);
            byte[] bytes = Files.readAllBytes(file());
            List<String> before = second.texts();
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] ^= 1;
                Files.write(file(), bytes);
                assertThatThrownBy(() -> Checkpoint.load(file(), second.optimizer))
                        .as("byte " + i)
                        .isInstanceOf(CheckpointException.class);
                bytes[i] ^= 1;
            }
            assertThat(second.texts()).isEqualTo(before);
            Files.write(file(), bytes);
            assertThat(Checkpoint.load(file(), second.optimizer).isExact()).isTrue();
        }
    }

    @Test
    void everyTruncationIsNoticed() throws IOException {
        try (Training training = tiny()) {
            Checkpoint.save(file(), training.optimizer);
            byte[] bytes = Files.readAllBytes(file());
            for (int length = 0; length < bytes.length; length++) {
                Files.write(file(), Arrays.copyOf(bytes, length));
                assertThatThrownBy(() -> Checkpoint.load(file(), training.optimizer))
                        .as("%d bytes", length)
                        .isInstanceOf(CheckpointException.class);
            }
        }
    }

    @Test
    void otherFilesAreNotCheckpoints() {
        Safetensors.write(file(), Map.of("format", "pt"), List.of(Tensor.number("a", 1)));
        assertThatThrownBy(() -> Checkpoint.open(file()).close())
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("is not a checkpoint of Gradus");
    }

    @Test
    void stepCountsThatAreNotCountsAreRefused() throws IOException {
        try (Training training = training(RULE, "a")) {
            Checkpoint.save(file(), training.optimizer);
            try (Safetensors good = Safetensors.open(file())) {
                for (Tensor wrong : List.of(
                        Tensor.number("a/step", Double.NaN), Tensor.count("a/step", -1), Tensor.number("a/step", 3))) {
                    List<Tensor> tensors = good.tensors().stream()
                            .map(tensor -> tensor.name().equals("a/step") ? wrong : tensor)
                            .toList();
                    Path other = folder.resolve("other.safetensors");
                    Safetensors.write(other, good.metadata(), tensors);
                    assertThatThrownBy(() -> Checkpoint.load(other, training.optimizer))
                            .isInstanceOf(CheckpointException.class)
                            .hasMessageContaining("step count \"a/step\" must be");
                }
            }
        }
    }

    /// As in Keras and Flax; some could be states of others.
    @Test
    void namesMayHaveSlashes() {
        String[] names = {
            "Dense_0/kernel",
            "Dense_0/bias",
            "a",
            "a/step",
            "a/adam.exp_avg",
            "a/",
            "a//",
            "b//c",
            "group:all/x.best",
            "a/step/step"
        };
        try (Training first = training(RULE, names);
                Training second = training(RULE, names)) {
            first.steps(2);
            first.optimizer.freeze(Mask.named("a/step"));
            first.steps(1);
            Checkpoint.save(file(), first.optimizer);
            assertThat(Checkpoint.load(file(), second.optimizer).isExact()).isTrue();
            assertThat(second.texts()).isEqualTo(first.texts());
            for (String name : names) {
                assertThat(second.optimizer.isFrozen(name)).isEqualTo(name.equals("a/step"));
                assertThat(second.optimizer.completed(name)).isEqualTo(name.equals("a/step") ? 2 : 3);
            }
            try (Safetensors written = Safetensors.open(file())) {
                assertThat(written.tensor("Dense_0/kernel")).isPresent();
                assertThat(written.tensor("Dense_0/kernel/adam.exp_avg")).isPresent();
            }
            first.steps(1);
            Checkpoint.saveStates(file(), first.optimizer, Map.of());
            Loading renamed = Loading.STRICT.renaming(name -> name);
            assertThat(Checkpoint.load(file(), second.optimizer, renamed).isExact())
                    .isTrue();
            assertThat(second.optimizer.state("a/step/step/adam.exp_avg").toArray())
                    .isEqualTo(first.optimizer.state("a/step/step/adam.exp_avg").toArray());
        }
    }

    @Test
    void whatCouldNotBeReadIsNotSaved() throws IOException {
        Files.writeString(file(), "old");
        try (Training valid = tiny();
                Training halved = training(RULE, "a\ud800")) {
            refuses(halved.optimizer, Map.of(), "the name of a tensor must be valid Unicode", "U+D800, at character 1");
            refuses(valid.optimizer, Map.of("note", "\udfff"), "the text \"note.note\" must be valid Unicode");
            refuses(valid.optimizer, Map.of("n".repeat(65_536), ""), "65541 characters, more than the 65536");
        }
        Parameter parameter = Parameter.of("a", Shape.of(1), new float[1]);
        try (Optimizer optimizer = Optimizer.of(new ParameterGroup("\ud800", List.of(parameter), RULE, 0.1))) {
            refuses(optimizer, Map.of(), "must be valid Unicode");
        }
        String longest = "n".repeat(65_536 - "/adam.exp_avg_sq".length());
        try (Training training = training(RULE, longest)) {
            Checkpoint.save(file(), training.optimizer);
            assertThat(Checkpoint.load(file(), training.optimizer).isExact()).isTrue();
        }
    }

    private void refuses(Optimizer optimizer, Map<String, String> notes, String... sentence) {
        assertThatThrownBy(() -> Checkpoint.save(file(), optimizer, notes))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContainingAll(sentence);
        assertThat(file()).hasContent("old");
    }

    @Test
    void manyParametersAreReadInTheSmallHeapInWhichTheyWereWritten() throws IOException, InterruptedException {
        String output = ChildProcess.run(ChildProcess.command(
                List.of("-Xmx64m", "--enable-native-access=ALL-UNNAMED"), ManyParameters.class, file().toString()));
        assertThat(output).contains("8000 parameters loaded").contains("more with -Xmx");
    }

    /// Saves and loads in a heap that leaves little room, and tries to save more than it could read.
    static final class ManyParameters {
        private ManyParameters() {}

        public static void main(String[] args) {
            Path file = Path.of(args[0]);
            List<Parameter> parameters = new ArrayList<>();
            for (int i = 0; i < 8_000; i++) {
                parameters.add(Parameter.of("encoder.layers." + i + ".weight", Shape.of(1), new float[1]));
            }
            try (Optimizer optimizer = Optimizer.of(new ParameterGroup("all", parameters, Rules.adam(), 0.1))) {
                Checkpoint.save(file, optimizer);
                System.out.println(Checkpoint.load(file, optimizer).loaded().size() + " parameters loaded");
                Checkpoint.save(file, optimizer, Map.of("long", "x".repeat(6 << 20)));
            } catch (CheckpointException e) {
                System.out.println(e);
            }
            Checkpoint.open(file).close();
        }
    }

    /// An optimizer on a few small parameters with gradients that depend on the values.
    private static final class Training implements AutoCloseable {
        final Optimizer optimizer;
        private final int size;
        private final Map<String, float[]> values = new TreeMap<>();
        private final Map<String, float[]> gradients = new TreeMap<>();

        Training(Rule rule, Schedule learningRate, StateFormat format, int threads, String... names) {
            this(300, rule, learningRate, format, threads, names);
        }

        Training(int size, Rule rule, Schedule learningRate, StateFormat format, int threads, String... names) {
            this.size = size;
            List<Parameter> parameters =
                    List.of(names).stream().map(this::parameter).toList();
            optimizer = Optimizer.of(
                    new Options().withThreads(threads),
                    new ParameterGroup("all", parameters, rule, learningRate).withStateFormat(format));
        }

        private Parameter parameter(String name) {
            float[] own = new float[size];
            for (int i = 0; i < own.length; i++) {
                own[i] = (float) Math.sin(i + name.hashCode());
            }
            values.put(name, own);
            gradients.put(name, new float[size]);
            return Parameter.of(name, Shape.of(3, size / 3), own).gradient(gradient(name));
        }

        private float[] gradient(String name) {
            return Objects.requireNonNull(gradients.get(name));
        }

        float[] values(String name) {
            return Objects.requireNonNull(values.get(name));
        }

        void set(String name, float[] others) {
            System.arraycopy(others, 0, values(name), 0, others.length);
        }

        void steps(int count) {
            for (int step = 0; step < count; step++) {
                values.forEach((name, own) -> {
                    for (int i = 0; i < own.length; i++) {
                        gradient(name)[i] = own[i] * (i % 7 - 2);
                    }
                });
                optimizer.step();
            }
        }

        void observe(double... metrics) {
            for (double metric : metrics) {
                optimizer.observe(metric);
            }
        }

        List<String> texts() {
            List<String> texts = new ArrayList<>();
            values.forEach((name, own) -> texts.add(name + Arrays.toString(own)));
            optimizer.states().forEach(state -> texts.add(state.name() + Arrays.toString(state.toArray())));
            return texts;
        }

        @Override
        public void close() {
            optimizer.close();
        }
    }
}
