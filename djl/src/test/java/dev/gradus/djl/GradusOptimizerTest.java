package dev.gradus.djl;

import static dev.gradus.rule.Chain.chain;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.EasyTrain;
import ai.djl.training.ParameterStore;
import ai.djl.training.dataset.ArrayDataset;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import ai.djl.util.PairList;
import dev.gradus.StateView;
import dev.gradus.expr.Expr;
import dev.gradus.rule.Direction;
import dev.gradus.rule.Mask;
import dev.gradus.rule.Rule;
import dev.gradus.rule.Step;
import dev.gradus.rules.Rules;
import dev.gradus.rules.adaptive.Adam;
import dev.gradus.rules.adaptive.EpsPlacement;
import dev.gradus.schedule.Schedules;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class GradusOptimizerTest {
    private static final float LEARNING_RATE = 1e-3f;

    /// θ ← θ − lr·g
    private record Plain() implements Direction {
        @Override
        public Expr update(Step s) {
            return s.direction();
        }
    }

    /// Adam as DJL computes it: it keeps the hyperparameters in floats, and adds eps to the root of the uncorrected v.
    private static final Rule ADAM = new Adam(0.9f, 0.999f, 1e-8f, EpsPlacement.UNCORRECTED);

    @BeforeAll
    static void oneThread() {
        System.setProperty("ai.djl.pytorch.num_threads", "1");
    }

    @Test
    void adamEqualsDjlsAdamOnAnMlp() {
        assertThat(distanceToDjlsAdam(Training::mlp)).isLessThan(1e-5);
    }

    @Test
    void adamEqualsDjlsAdamOnAConvolutionalNetWithBatchNormalization() {
        assertThat(distanceToDjlsAdam(Training::convolutional)).isLessThan(1e-5);
    }

    /// How far apart the weights are after 300 steps, in units of the distance moved.
    private static double distanceToDjlsAdam(Supplier<Block> net) {
        Optimizer djls = Optimizer.adam()
                .optLearningRateTracker(Tracker.fixed(LEARNING_RATE))
                .build();
        try (Training training = new Training(net.get(), DataType.FLOAT32, djls);
                Session session = new Session(net.get(), block -> GradusOptimizer.of(block, ADAM, LEARNING_RATE))) {
            Values start = training.weights();
            assertThat(session.training.weights()).usingRecursiveComparison().isEqualTo(start);

            float loss = training.steps(300);

            assertThat(session.training.steps(300)).isCloseTo(loss, within(1e-4f));
            assertThat(session.optimizer.optimizer().completed()).isEqualTo(300);
            Values end = training.weights();
            return session.training.weights().minus(end).norm()
                    / end.minus(start).norm();
        }
    }

    @Test
    void clippingByGlobalNormSeesAllParametersAtOnce() {
        double max = 0.25;
        Rule rule = chain(Rules.clipByGlobalNorm(max), new Plain());
        try (Session session = new Session(Training.mlp(), block -> GradusOptimizer.of(block, rule, 0.5))) {
            session.training.backward();
            Values before = session.training.weights();
            Values gradients = session.training.gradients();
            assertThat(gradients.norm()).isGreaterThan(2 * max);

            session.training.trainer().step();

            Values byHand = before.minus(gradients.times(0.5 * max / gradients.norm()));
            assertThat(session.training.weights().minus(byHand).norm()).isLessThan(1e-6 * max);
        }
    }

    @ParameterizedTest
    @MethodSource("rules")
    void everyRuleCanTrain(Rules.Entry entry) {
        try (Session session = new Session(
                Training.convolutional(), block -> GradusOptimizer.of(block, entry.rule(), entry.learningRate()))) {
            Values start = session.training.weights();
            session.training.steps(10);

            assertThat(session.training.weights().minus(start).norm())
                    .isFinite()
                    .isPositive();
            assertThat(session.optimizer.optimizer().completed()).isEqualTo(10);
        }
    }

    static List<Rules.Entry> rules() {
        return Rules.all();
    }

    @Test
    void gradientsAreZeroAfterTheStep() {
        try (Session session = new Session(Training.convolutional(), block -> GradusOptimizer.of(block, ADAM, 0.01))) {
            session.training.backward();
            assertThat(session.training.gradients().norm()).isGreaterThan(0);

            session.training.trainer().step();

            assertThat(session.training.gradients().norm()).isZero();
        }
    }

    @Test
    void statesGoByTheNamesOfTheBlock() {
        try (Session session = new Session(Training.convolutional(), block -> GradusOptimizer.of(block, ADAM, 0.01))) {
            session.training.steps(2);

            assertThat(session.optimizer.optimizer().states().stream().map(StateView::name))
                    .contains(
                            "01Conv2d_weight/adam.exp_avg",
                            "02BatchNorm_gamma/adam.exp_avg_sq",
                            "08Linear_bias/adam.exp_avg")
                    .noneMatch(name -> name.contains("running"));
            assertThat(session.optimizer
                            .optimizer()
                            .state("01Conv2d_weight/adam.exp_avg")
                            .toArray())
                    .hasSize(8 * 9)
                    .doesNotContain(0);
        }
    }

    @Test
    void theNamesAndTheResultAreTheSameInEveryRun() {
        List<Values> runs = new ArrayList<>();
        for (int run = 0; run < 2; run++) {
            Rule rule = chain(Rules.clipByGlobalNorm(0.1), ADAM);
            try (Session session = new Session(Training.mlp(), block -> GradusOptimizer.of(block, rule, 0.01))) {
                session.training.steps(10);
                runs.add(session.training.weights());
            }
        }
        assertThat(runs.get(1)).usingRecursiveComparison().isEqualTo(runs.get(0));
    }

    @Test
    void aFrozenBlockStaysAndJoinsWhenUnfrozen() {
        SequentialBlock net = Training.mlp();
        Block first = net.getChildren().get(1).getValue();
        first.freezeParameters(true);
        try (Session session = new Session(net, block -> GradusOptimizer.of(block, ADAM, 0.01))) {
            Values before = session.training.weights();
            session.training.steps(3);

            assertThat(session.training.weights().of("02Linear_weight")).isEqualTo(before.of("02Linear_weight"));
            assertThat(session.training.weights().of("04Linear_weight")).isNotEqualTo(before.of("04Linear_weight"));
            assertThat(session.stateNames()).noneMatch(name -> name.startsWith("02Linear"));

            first.freezeParameters(false);
            session.training.steps(2);
            Values unfrozen = session.training.weights();
            double[] moment = session.moment("02Linear_weight");
            assertThat(unfrozen.of("02Linear_weight")).isNotEqualTo(before.of("02Linear_weight"));

            first.freezeParameters(true);
            session.training.steps(2);
            assertThat(session.training.weights().of("02Linear_weight")).isEqualTo(unfrozen.of("02Linear_weight"));
            assertThat(session.moment("02Linear_weight")).isEqualTo(moment);
            assertThat(session.optimizer.optimizer().completed()).isEqualTo(7);
        }
    }

    @Test
    void aGroupWhoseParametersAreAllFrozenJoinsLater() {
        SequentialBlock net = Training.mlp();
        Block last = net.getChildren().get(5).getValue();
        last.freezeParameters(true);
        Group head = new Group("head", Mask.named("06*"), new Plain(), 0.5);
        Group body = new Group("body", Mask.named("*"), ADAM, 0.01);
        try (Session session = new Session(net, block -> GradusOptimizer.of(block, head, body))) {
            session.training.steps(1);
            last.freezeParameters(false);
            session.training.backward();
            float before = session.training.weights().of("06Linear_bias")[3];
            float gradient = session.training.gradients().of("06Linear_bias")[3];

            session.training.trainer().step();

            assertThat(session.training.weights().of("06Linear_bias")[3])
                    .isCloseTo(before - 0.5f * gradient, within(1e-7f));
        }
    }

    @Test
    void theFirstGroupThatMatchesHasAParameter() {
        Group biases = new Group("biases", Mask.named("*_bias"), new Plain(), 0.0);
        Group rest =
                new Group("rest", Mask.named("*"), new Plain(), 0.1).with(Step.LEARNING_RATE, Schedules.constant(0.2));
        try (Session session = new Session(Training.mlp(), block -> GradusOptimizer.of(block, biases, rest))) {
            session.training.backward();
            Values before = session.training.weights();
            Values gradients = session.training.gradients();
            session.training.trainer().step();
            Values after = session.training.weights();

            assertThat(after.of("02Linear_bias")).isEqualTo(before.of("02Linear_bias"));
            assertThat(after.of("02Linear_weight")[5])
                    .isCloseTo(
                            before.of("02Linear_weight")[5] - 0.2f * gradients.of("02Linear_weight")[5], within(1e-7f));
            assertThat(session.optimizer.optimizer().get("rest", Step.LEARNING_RATE))
                    .isEqualTo(0.2);
        }
    }

    @Test
    void aParameterThatNoLossDependsOnIsSkipped() {
        Rule decayed = chain(ADAM, Rules.decayWeights(0.5));
        try (Session session = new Session(new Unused(), block -> GradusOptimizer.of(block, decayed, 0.01))) {
            Values before = session.training.weights();
            session.training.steps(3);
            Values after = session.training.weights();

            assertThat(after.of("02unused_weight")).isEqualTo(before.of("02unused_weight"));
            assertThat(after.of("01used_weight")).isNotEqualTo(before.of("01used_weight"));
            assertThat(session.moment("02unused_weight")).containsOnly(0);
        }
    }

    /// A linear layer, and another that the result does not depend on.
    private static final class Unused extends AbstractBlock {
        private final Block used =
                addChildBlock("used", Linear.builder().setUnits(10).build());
        private final Block unused =
                addChildBlock("unused", Linear.builder().setUnits(3).build());

        @Override
        protected NDList forwardInternal(
                ParameterStore store, NDList inputs, boolean training, PairList<String, Object> params) {
            NDArray flat = inputs.singletonOrThrow().reshape(-1, 64);
            return used.forward(store, new NDList(flat), training);
        }

        @Override
        protected void initializeChildBlocks(NDManager manager, DataType type, Shape... inputs) {
            used.initialize(manager, type, new Shape(-1, 64));
            unused.initialize(manager, type, new Shape(-1, 64));
        }

        @Override
        public Shape[] getOutputShapes(Shape[] inputs) {
            return new Shape[] {new Shape(-1, 10)};
        }
    }

    @Test
    void tiedWeightsAreOneParameter() {
        Linear shared = Linear.builder().setUnits(64).build();
        SequentialBlock net = new SequentialBlock()
                .add(Blocks.batchFlattenBlock())
                .add(shared)
                .add(Activation::relu)
                .add(shared)
                .add(Linear.builder().setUnits(10).build());
        try (Session session = new Session(net, block -> GradusOptimizer.of(block, new Plain(), 0.5))) {
            session.training.backward();
            float before = session.training.array("02Linear_weight").getFloat(2, 3);
            float gradient = session.training.gradients().of("02Linear_weight")[2 * 64 + 3];

            session.training.trainer().step();

            assertThat(session.training.array("04Linear_weight").getFloat(2, 3))
                    .isCloseTo(before - 0.5f * gradient, within(1e-7f));
        }
    }

    @Test
    void stepsMayComeFromDifferentThreads() {
        try (Session session = new Session(Training.mlp(), block -> GradusOptimizer.of(block, ADAM, 0.01))) {
            for (int step = 0; step < 4; step++) {
                CompletableFuture.runAsync(() -> session.training.steps(1)).join();
            }
            assertThat(session.optimizer.optimizer().completed()).isEqualTo(4);
        }
    }

    /// Not through a [ai.djl.training.Trainer], which itself works with FLOAT32 only.
    @ParameterizedTest
    @EnumSource(names = {"FLOAT64", "FLOAT16"})
    void aNetworkMayBeOfAnotherType(DataType type) {
        try (Session session = new Session(Training.mlp(), type, block -> GradusOptimizer.of(block, ADAM, 0.01))) {
            float first = session.training.backward();
            float last = first;
            for (int step = 0; step < 50; step++) {
                for (Parameter parameter :
                        session.training.block().getParameters().values()) {
                    NDArray array = parameter.getArray();
                    session.optimizer.update(parameter.getId(), array, array.getGradient());
                }
                last = session.training.backward();
            }
            assertThat(last).isLessThan(first / 2);
            assertThat(session.training.array("02Linear_weight").getDataType()).isEqualTo(type);
            assertThat(session.optimizer.optimizer().completed()).isEqualTo(50);
        }
    }

    @Test
    void djlsOwnLoopRuns() throws Exception {
        try (Session session = new Session(Training.mlp(), block -> GradusOptimizer.of(block, ADAM, 0.01));
                NDManager manager = NDManager.newBaseManager(Device.cpu())) {
            ArrayDataset dataset = new ArrayDataset.Builder()
                    .setData(manager.ones(new Shape(96, 1, 8, 8)))
                    .optLabels(manager.ones(new Shape(96)))
                    .setSampling(32, false)
                    .build();
            EasyTrain.fit(session.training.trainer(), 2, dataset, null);

            assertThat(session.optimizer.optimizer().completed()).isEqualTo(6);
        }
    }

    @Test
    void aCopyOfAWeightIsRefused() {
        try (Session session = new Session(Training.mlp(), block -> GradusOptimizer.of(block, ADAM, 0.01))) {
            session.training.backward();
            Parameter parameter = session.training.block().getParameters().get("02Linear_bias");
            try (NDArray copy = parameter.getArray().duplicate()) {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> session.optimizer.update(parameter.getId(), copy, copy))
                        .withMessageStartingWith(
                                "the trainer's array of parameter 02Linear_bias (on cpu()) is not the model's");
            }
        }
    }

    @Test
    void eventsSeeTheGradientsAndAreNoStep() {
        try (Session session = new Session(Training.mlp(), block -> GradusOptimizer.of(block, new Noting(), 0.1))) {
            session.training.backward();
            Values before = session.training.weights();
            Values gradients = session.training.gradients();

            session.optimizer.fire("note");

            double[] noted = session.optimizer
                    .optimizer()
                    .state("06Linear_bias/noting.noted")
                    .toArray();
            assertThat((float) noted[4]).isEqualTo(gradients.of("06Linear_bias")[4]);
            assertThat(session.training.gradients().norm()).isZero();
            assertThat(session.training.weights()).usingRecursiveComparison().isEqualTo(before);
            assertThat(session.optimizer.optimizer().completed()).isZero();
        }
    }

    /// Remembers the gradient when it is told to.
    private record Noting() implements Direction {
        @Override
        public Expr update(Step s) {
            return s.direction().plus(s.state("noted").before());
        }

        @Override
        public Set<String> events() {
            return Set.of("note");
        }

        @Override
        public Step on(String event, Step s) {
            Expr ignored = s.state("noted").becomes(old -> s.gradient());
            return s;
        }
    }

    @Test
    void loadingParametersNeedsANewOptimizer() throws Exception {
        try (Session session = new Session(Training.mlp(), block -> GradusOptimizer.of(block, ADAM, 0.01))) {
            session.training.steps(1);
            ByteArrayOutputStream saved = new ByteArrayOutputStream();
            session.training.block().saveParameters(new DataOutputStream(saved));
            session.training
                    .block()
                    .loadParameters(
                            session.training.trainer().getManager(),
                            new DataInputStream(new ByteArrayInputStream(saved.toByteArray())));
            session.training.block().freezeParameters(false);
            Parameter parameter = session.training.block().getParameters().get("02Linear_bias");

            assertThatIllegalStateException()
                    .isThrownBy(() -> session.optimizer.update(
                            parameter.getId(),
                            parameter.getArray(),
                            parameter.getArray().getGradient()))
                    .withMessageContaining("has been replaced");
        }
    }

    @Test
    void aReplacedArrayIsRefusedBeforeAnythingIsChanged() {
        try (Session session = new Session(Training.mlp(), block -> GradusOptimizer.of(block, ADAM, 0.01))) {
            session.training.steps(1);
            NDArray bias = session.training.array("04Linear_bias");
            ByteBuffer elsewhere = bias.getManager().allocateDirect(32 * 4);
            bias.set(elsewhere);
            session.training.backward();
            Values before = session.training.weights();

            assertThatIllegalStateException()
                    .isThrownBy(() -> session.training.trainer().step())
                    .withMessageContaining("parameter 04Linear_bias")
                    .withMessageContaining("has been replaced");
            assertThat(session.training.weights()).usingRecursiveComparison().isEqualTo(before);
        }
    }

    @Test
    void aBlockThatIsNotInitializedIsRefused() {
        try (GradusOptimizer optimizer = GradusOptimizer.of(Training.mlp(), ADAM, 0.01)) {
            assertThatIllegalStateException()
                    .isThrownBy(optimizer::optimizer)
                    .withMessageContaining("02Linear_weight is not initialized");
        }
    }

    @Test
    void anotherBlocksParametersAreRefused() {
        try (Session other = new Session(Training.mlp(), block -> GradusOptimizer.of(block, ADAM, 0.01));
                Training training = new Training(Training.mlp(), DataType.FLOAT32, other.optimizer)) {
            training.backward();
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> training.trainer().step())
                    .withMessageContaining("not of the block that this GradusOptimizer was made for");
        }
    }

    @Test
    void aGroupThatMatchesNothingIsRefused() {
        Group typo = new Group("norms", Mask.named("*_gama"), ADAM, 0.01);
        Group rest = new Group("rest", Mask.named("*"), ADAM, 0.01);
        try (Session session = new Session(Training.convolutional(), block -> GradusOptimizer.of(block, typo, rest))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(session.optimizer::optimizer)
                    .withMessageContaining("group \"norms\": \"*_gama\" matches no parameter")
                    .withMessageContaining("02BatchNorm_gamma");
        }
    }

    @Test
    void aParameterInNoGroupIsRefused() {
        Group weights = new Group("weights", Mask.named("*_weight"), ADAM, 0.01);
        try (Session session = new Session(Training.mlp(), block -> GradusOptimizer.of(block, weights))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(session.optimizer::optimizer)
                    .withMessageContaining("parameter 02Linear_bias is in no group");
        }
    }

    @Test
    void twoGroupsOfOneNameAreRefused() {
        Group group = new Group("all", Mask.named("*"), ADAM, 0.01);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> GradusOptimizer.of(Training.mlp(), group, group))
                .withMessageContaining("two groups are called \"all\"");
    }

    @Test
    void aClosedOptimizerIsRefused() {
        try (Session session = new Session(Training.mlp(), block -> GradusOptimizer.of(block, ADAM, 0.01))) {
            session.training.steps(1);
            session.optimizer.close();
            session.training.backward();
            assertThatIllegalStateException()
                    .isThrownBy(() -> session.training.trainer().step())
                    .withMessageContaining("closed");
        }
    }

    /// A training by Gradus.
    private static final class Session implements AutoCloseable {
        final GradusOptimizer optimizer;
        final Training training;

        Session(Block block, Function<Block, GradusOptimizer> factory) {
            this(block, DataType.FLOAT32, factory);
        }

        Session(Block block, DataType type, Function<Block, GradusOptimizer> factory) {
            optimizer = factory.apply(block);
            training = new Training(block, type, optimizer);
        }

        List<String> stateNames() {
            return optimizer.optimizer().states().stream().map(StateView::name).toList();
        }

        double[] moment(String parameter) {
            return optimizer.optimizer().state(parameter + "/adam.exp_avg").toArray();
        }

        @Override
        public void close() {
            optimizer.close();
            training.close();
        }
    }
}
