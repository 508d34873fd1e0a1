package dev.gradus.cli.training;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import ai.djl.training.loss.Loss;
import dev.gradus.Optimizer;
import dev.gradus.cli.comparison.Contender;
import dev.gradus.cli.comparison.Epoch;
import dev.gradus.cli.comparison.Plan;
import dev.gradus.cli.comparison.Run;
import dev.gradus.cli.comparison.Trial;
import dev.gradus.cli.comparison.TrialRunner;
import dev.gradus.cli.data.Images;
import dev.gradus.cli.input.InputError;
import dev.gradus.cli.input.Setting;
import dev.gradus.cli.training.TrainingCheckpoints.Position;
import dev.gradus.djl.GradusOptimizer;
import dev.gradus.djl.Group;
import dev.gradus.rule.Mask;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Trains on DJL's PyTorch engine.
///
/// Trainings follow one another on one thread: DJL collects gradients for one network at a time, these networks are
/// too small to gain from more threads, and sums that are split between threads would not be the same everywhere.
public final class DjlTrialRunner implements TrialRunner {
    private static final int EVALUATION_BATCH = 500;

    /// Loads the engine.
    ///
    /// @throws InputError if this machine has no PyTorch libraries
    public DjlTrialRunner() {
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("ai.djl.pytorch.num_threads", "1");
        System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
        try {
            Engine.getEngine("PyTorch");
        } catch (RuntimeException | UnsatisfiedLinkError e) {
            throw new InputError("PyTorch's libraries cannot be loaded on " + System.getProperty("os.name") + " "
                    + System.getProperty("os.arch") + ": " + e.getMessage());
        }
    }

    /// The engine and its version, for the report.
    public String engine() {
        Engine engine = Engine.getEngine("PyTorch");
        return "DJL " + Engine.getDjlVersion() + " with " + engine.getEngineName() + " " + engine.getVersion();
    }

    /// Refuses a rule that cannot train the network, before any time is spent.
    ///
    /// @throws InputError saying why
    public void requireFit(Contender contender, Images images) {
        try (Model model = Model.newInstance("digits", Device.cpu(), "PyTorch")) {
            Block network = ConvolutionalNetwork.of(images.classes());
            model.setBlock(network);
            try (GradusOptimizer optimizer = GradusOptimizer.of(network, contender.rule(), contender.learningRate());
                    Trainer trainer = model.newTrainer(config(Plan.SEARCH_SEED, optimizer))) {
                trainer.initialize(new Shape(1, 1, images.height(), images.width()));
                Optimizer ignored = optimizer.optimizer();
            }
        } catch (IllegalArgumentException e) {
            throw new InputError("optimizer " + contender.name() + ", " + e.getMessage());
        }
    }

    @Override
    public Run run(Trial trial, Images training, Images heldOut, Consumer<Epoch> onEpoch) {
        return run(trial, training, heldOut, null, onEpoch);
    }

    /// Trains a network, and goes on where an earlier training was stopped if the checkpoints are to be resumed from.
    ///
    /// @param checkpoints where to leave checkpoints, or null for none
    /// @throws InputError if a checkpoint cannot be written or read, or is of another training
    public Run run(
            Trial trial,
            Images training,
            Images heldOut,
            @Nullable TrainingCheckpoints checkpoints,
            Consumer<Epoch> onEpoch) {
        long began = System.nanoTime();
        int stepsPerEpoch = training.count() / trial.batchSize();
        if (stepsPerEpoch == 0) {
            throw new InputError("a step takes " + trial.batchSize() + " images, but only " + training.count()
                    + " are there to be trained on");
        }
        long[] stepNanos = new long[Math.toIntExact(trial.steps(training))];
        int steps = 0;
        List<Epoch> epochs = new ArrayList<>();
        Random order = new Random(trial.seed());
        List<Integer> shuffled =
                new ArrayList<>(IntStream.range(0, training.count()).boxed().toList());

        try (Model model = Model.newInstance("digits", Device.cpu(), "PyTorch")) {
            Block network = ConvolutionalNetwork.of(training.classes());
            model.setBlock(network);
            try (GradusOptimizer optimizer = GradusOptimizer.of(network, group(trial, stepNanos.length));
                    Trainer trainer = model.newTrainer(config(trial.seed(), optimizer))) {
                trainer.initialize(new Shape(trial.batchSize(), 1, training.height(), training.width()));
                Position begin = checkpoints == null
                        ? Position.START
                        : checkpoints.load(optimizer.optimizer(), network, trial, training);
                double loss = begin.loss();
                long done = begin.step();
                for (int number = 1; number <= trial.epochs(); number++) {
                    Collections.shuffle(shuffled, order);
                    long first = (number - 1L) * stepsPerEpoch;
                    // One that was at its end is evaluated again: it may have diverged.
                    if (begin.step() > first + stepsPerEpoch) {
                        continue;
                    }
                    // What is left over after the last whole batch waits for another epoch's order.
                    for (int i = (int) (done - first); i < stepsPerEpoch; i++) {
                        List<Integer> batch = shuffled.subList(i * trial.batchSize(), (i + 1) * trial.batchSize());
                        loss += gradients(trainer, training, batch);
                        long stepBegan = System.nanoTime();
                        trainer.step();
                        stepNanos[steps++] = System.nanoTime() - stepBegan;
                        done++;
                        if (checkpoints != null) {
                            boolean isLast = done == stepNanos.length;
                            checkpoints.save(
                                    optimizer.optimizer(), network, trial, training, new Position(done, loss), isLast);
                        }
                    }
                    optimizer.optimizer().evaluate();
                    Epoch epoch = evaluate(trainer, heldOut, number, loss / stepsPerEpoch);
                    optimizer.optimizer().train();
                    loss = 0;
                    epochs.add(epoch);
                    onEpoch.accept(epoch);
                    if (!epoch.isFinite()) {
                        break;
                    }
                }
            }
        }
        return new Run(trial, epochs, median(Arrays.copyOf(stepNanos, steps)), (System.nanoTime() - began) * 1e-9);
    }

    private static Group group(Trial trial, long steps) {
        Contender contender = trial.contender();
        Group group = new Group(
                "all", Mask.named("*"), contender.rule(), trial.schedule().over(trial.learningRate(), steps));
        for (Setting setting : contender.settings()) {
            group = group.with(setting.name(), setting.value());
        }
        return group;
    }

    private static DefaultTrainingConfig config(long seed, GradusOptimizer optimizer) {
        return new DefaultTrainingConfig(Loss.softmaxCrossEntropyLoss())
                .optDevices(new Device[] {Device.cpu()})
                .optInitializer(new SeededWeights(seed), Parameter.Type.WEIGHT)
                .optOptimizer(optimizer);
    }

    /// Leaves the gradients of a batch with the network's parameters, and returns its loss.
    private static double gradients(Trainer trainer, Images images, List<Integer> batch) {
        try (NDManager manager = trainer.getManager().newSubManager();
                GradientCollector collector = trainer.newGradientCollector()) {
            NDList labels = new NDList(labels(manager, images, batch));
            NDList predictions = trainer.forward(new NDList(pixels(manager, images, batch)), labels);
            predictions.attach(manager);
            NDArray loss = trainer.getLoss().evaluate(labels, predictions);
            loss.attach(manager);
            collector.backward(loss);
            return loss.getFloat();
        }
    }

    private static Epoch evaluate(Trainer trainer, Images images, int number, double trainingLoss) {
        double loss = 0;
        int correct = 0;
        for (int from = 0; from < images.count(); from += EVALUATION_BATCH) {
            List<Integer> batch = IntStream.range(from, Math.min(from + EVALUATION_BATCH, images.count()))
                    .boxed()
                    .toList();
            try (NDManager manager = trainer.getManager().newSubManager()) {
                NDList labels = new NDList(labels(manager, images, batch));
                NDList predictions = trainer.evaluate(new NDList(pixels(manager, images, batch)));
                predictions.attach(manager);
                NDArray batchLoss = trainer.getLoss().evaluate(labels, predictions);
                batchLoss.attach(manager);
                loss += batchLoss.getFloat() * (double) batch.size();
                long[] classes = predictions.singletonOrThrow().argMax(1).toLongArray();
                for (int i = 0; i < classes.length; i++) {
                    correct += classes[i] == images.labels().get(batch.get(i)) ? 1 : 0;
                }
            }
        }
        return new Epoch(number, trainingLoss, loss / images.count(), (double) correct / images.count());
    }

    private static NDArray pixels(NDManager manager, Images images, List<Integer> batch) {
        int size = images.height() * images.width();
        float[] values = new float[batch.size() * size];
        for (int i = 0; i < batch.size(); i++) {
            System.arraycopy(images.pixels().get(batch.get(i)), 0, values, i * size, size);
        }
        return manager.create(values, new Shape(batch.size(), 1, images.height(), images.width()));
    }

    private static NDArray labels(NDManager manager, Images images, List<Integer> batch) {
        float[] values = new float[batch.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = images.labels().get(batch.get(i));
        }
        return manager.create(values);
    }

    private static double median(long[] values) {
        long[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted.length == 0 ? 0 : sorted[sorted.length / 2];
    }
}
