package dev.gradus.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gradus.Optimizer;
import dev.gradus.Options;
import dev.gradus.Parameter;
import dev.gradus.ParameterGroup;
import dev.gradus.StateFormat;
import dev.gradus.cli.data.Dataset;
import dev.gradus.cli.data.Images;
import dev.gradus.rule.Rule;
import dev.gradus.rules.Rules;
import dev.gradus.schedule.Schedules;
import dev.gradus.tensor.Shape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Final losses do not depend on how states are stored: they lie within the spread of seeds. The slow
/// test makes the tables of `docs/state-formats.md`, in `target/state-formats.md`.
class StateFormatAccuracyTest {
    private static final int SEEDS = 5;

    private record Trained(String name, double learningRate, int seeds) {}

    private static final List<Trained> TRAINED = List.of(
            new Trained("adamw", 3e-3, SEEDS),
            new Trained("adabelief", 3e-3, SEEDS),
            new Trained("amsgrad", 3e-3, SEEDS),
            // Its losses scatter so that the mean of five says little.
            new Trained("lamb", 1e-2, 4 * SEEDS),
            new Trained("sgd", 0.05, SEEDS));

    /// What is trained, from a seed; the result is a loss.
    private interface Problem {
        double train(Rule rule, double learningRate, StateFormat format, long seed);
    }

    @Test
    void finalLossesLieWithinTheSpreadOfSeeds() {
        requireWithinSpread(losses(new DigitsProblem(3), Rules.adamW(), 3e-3, SEEDS));
    }

    @Test
    @Tag("slow")
    void tablesOfTheDocumentation() throws IOException {
        StringBuilder tables = new StringBuilder();
        tables(tables, "digits", new DigitsProblem(20));
        tables(tables, "characters", new CharactersProblem(2000));
    }

    private static void tables(StringBuilder tables, String name, Problem problem) throws IOException {
        tables.append("\n| ").append(name).append(" | `ARITHMETIC` | `BFLOAT16` | `EIGHT_BIT` |\n|---|---|---|---|\n");
        for (Trained trained : TRAINED) {
            Map<StateFormat, double[]> losses =
                    losses(problem, Rules.named(trained.name).rule(), trained.learningRate, trained.seeds);
            tables.append("| ").append(trained.name).append(" |");
            losses.values().forEach(of -> tables.append(summary(of)).append(" |"));
            tables.append('\n');
            Files.writeString(Path.of("target", "state-formats.md"), tables);
            requireWithinSpread(losses);
        }
    }

    private static String summary(double[] losses) {
        double least = Arrays.stream(losses).min().orElseThrow();
        double most = Arrays.stream(losses).max().orElseThrow();
        return String.format(Locale.ROOT, " %.4f (%.4f … %.4f)", mean(losses), least, most);
    }

    private static double mean(double[] losses) {
        return Arrays.stream(losses).average().orElseThrow();
    }

    private static Map<StateFormat, double[]> losses(Problem problem, Rule rule, double learningRate, int seeds) {
        Map<StateFormat, double[]> losses = new EnumMap<>(StateFormat.class);
        for (StateFormat format : StateFormat.values()) {
            losses.put(
                    format,
                    IntStream.range(0, seeds)
                            .mapToDouble(seed -> problem.train(rule, learningRate, format, seed))
                            .toArray());
        }
        return losses;
    }

    private static void requireWithinSpread(Map<StateFormat, double[]> losses) {
        double[] exact = Objects.requireNonNull(losses.get(StateFormat.ARITHMETIC));
        double least = Arrays.stream(exact).min().orElseThrow();
        double most = Arrays.stream(exact).max().orElseThrow();
        losses.forEach((format, of) ->
                assertThat(mean(of)).as("mean loss with %s", format).isBetween(least, most));
    }

    /// The digits, by 64 hidden units; the loss is the test images'.
    private static final class DigitsProblem implements Problem {
        private static final int BATCH = 32;

        private final Dataset digits = Dataset.read("digits");
        private final int epochs;

        DigitsProblem(int epochs) {
            this.epochs = epochs;
        }

        @Override
        public double train(Rule rule, double learningRate, StateFormat format, long seed) {
            Random random = new Random(seed);
            Images training = digits.training();
            Network network = new Network(64, 64, training.classes(), random);
            int batches = training.count() / BATCH;
            List<Integer> order =
                    new ArrayList<>(IntStream.range(0, training.count()).boxed().toList());
            try (Optimizer optimizer = optimizer(network.parameters(), rule, learningRate, epochs * batches, format)) {
                for (int epoch = 0; epoch < epochs; epoch++) {
                    Collections.shuffle(order, random);
                    for (int batch = 0; batch < batches; batch++) {
                        float[][] x = new float[BATCH][];
                        int[] labels = new int[BATCH];
                        for (int i = 0; i < BATCH; i++) {
                            int image = order.get(batch * BATCH + i);
                            x[i] = training.pixels().get(image);
                            labels[i] = training.labels().get(image);
                        }
                        network.backward(x, labels, new float[BATCH][64]);
                        optimizer.step();
                    }
                }
            }
            Images test = digits.test();
            return network.loss(
                    test.pixels().toArray(float[][]::new),
                    test.labels().stream().mapToInt(label -> label).toArray());
        }
    }

    /// A language model of characters: 6 of them, embedded in 12 dimensions each, say the next by 96 hidden
    /// units. The text is this project's license, of which the last tenth is held out; the loss is that of
    /// the held-out part.
    private static final class CharactersProblem implements Problem {
        private static final int BATCH = 32;
        private static final int CONTEXT = 6;
        private static final int DIMENSIONS = 12;

        private final int steps;
        private final int[] text;
        private final int characters;

        CharactersProblem(int steps) {
            this.steps = steps;
            String license;
            try {
                license = Files.readString(Path.of("..", "LICENSE"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            int[] alphabet = license.chars().distinct().sorted().toArray();
            this.characters = alphabet.length;
            this.text =
                    license.chars().map(c -> Arrays.binarySearch(alphabet, c)).toArray();
        }

        @Override
        public double train(Rule rule, double learningRate, StateFormat format, long seed) {
            Random random = new Random(seed);
            Network network = new Network(CONTEXT * DIMENSIONS, 96, characters, random);
            Network.Weights embedding = new Network.Weights("embedding", characters, DIMENSIONS, 0.3, random);
            List<Parameter> parameters = new ArrayList<>(network.parameters());
            parameters.add(embedding.parameter);
            int training = text.length * 9 / 10;
            try (Optimizer optimizer = optimizer(parameters, rule, learningRate, steps, format)) {
                float[][] dx = new float[BATCH][CONTEXT * DIMENSIONS];
                int[] positions = new int[BATCH];
                for (int step = 0; step < steps; step++) {
                    for (int i = 0; i < BATCH; i++) {
                        positions[i] = CONTEXT + random.nextInt(training - CONTEXT);
                    }
                    network.backward(embedded(embedding, positions), labels(positions), dx);
                    Arrays.fill(embedding.gradient, 0);
                    for (int i = 0; i < BATCH; i++) {
                        for (int c = 0; c < CONTEXT; c++) {
                            int row = text[positions[i] - CONTEXT + c] * DIMENSIONS;
                            for (int k = 0; k < DIMENSIONS; k++) {
                                embedding.gradient[row + k] += dx[i][c * DIMENSIONS + k];
                            }
                        }
                    }
                    optimizer.step();
                }
            }
            int[] heldOut = IntStream.range(training + CONTEXT, text.length).toArray();
            return network.loss(embedded(embedding, heldOut), labels(heldOut));
        }

        private float[][] embedded(Network.Weights embedding, int[] positions) {
            float[][] x = new float[positions.length][CONTEXT * DIMENSIONS];
            for (int i = 0; i < x.length; i++) {
                for (int c = 0; c < CONTEXT; c++) {
                    int row = text[positions[i] - CONTEXT + c] * DIMENSIONS;
                    System.arraycopy(embedding.values, row, x[i], c * DIMENSIONS, DIMENSIONS);
                }
            }
            return x;
        }

        private int[] labels(int[] positions) {
            return Arrays.stream(positions).map(position -> text[position]).toArray();
        }
    }

    private static Optimizer optimizer(
            List<Parameter> parameters, Rule rule, double learningRate, int steps, StateFormat format) {
        ParameterGroup group = new ParameterGroup(
                        "all", parameters, rule, Schedules.linear(learningRate, learningRate * 1e-3, steps))
                .withStateFormat(format);
        return Optimizer.of(new Options().withThreads(1), group);
    }

    /// Two layers with a ReLU between them, and the cross-entropy of their outputs.
    private static final class Network {
        static final class Weights {
            final int columns;
            final float[] values;
            final float[] gradient;
            final Parameter parameter;

            Weights(String name, int rows, int columns, double deviation, Random random) {
                this.columns = columns;
                this.values = new float[rows * columns];
                this.gradient = new float[values.length];
                for (int i = 0; i < values.length && deviation > 0; i++) {
                    values[i] = (float) (deviation * random.nextGaussian());
                }
                this.parameter =
                        Parameter.of(name, Shape.of(rows, columns), values).gradient(gradient);
            }

            /// Adds x·W to y.
            void multiply(float[] x, float[] y) {
                for (int i = 0; i < x.length; i++) {
                    for (int j = 0; j < columns; j++) {
                        y[j] += x[i] * values[i * columns + j];
                    }
                }
            }

            /// Adds to the gradient, and leaves that of x in dx.
            void backward(float[] x, float[] dy, float[] dx) {
                for (int i = 0; i < x.length; i++) {
                    float sum = 0;
                    for (int j = 0; j < columns; j++) {
                        sum += values[i * columns + j] * dy[j];
                    }
                    dx[i] = sum;
                    if (x[i] != 0) {
                        for (int j = 0; j < columns; j++) {
                            gradient[i * columns + j] += x[i] * dy[j];
                        }
                    }
                }
            }
        }

        private final Weights first;
        private final Weights firstBias;
        private final Weights second;
        private final Weights secondBias;

        Network(int inputs, int hidden, int outputs, Random random) {
            first = new Weights("first.weight", inputs, hidden, Math.sqrt(2.0 / inputs), random);
            firstBias = new Weights("first.bias", 1, hidden, 0, random);
            second = new Weights("second.weight", hidden, outputs, Math.sqrt(1.0 / hidden), random);
            secondBias = new Weights("second.bias", 1, outputs, 0, random);
        }

        List<Parameter> parameters() {
            return List.of(first.parameter, firstBias.parameter, second.parameter, secondBias.parameter);
        }

        private float[] hidden(float[] x) {
            float[] hidden = firstBias.values.clone();
            first.multiply(x, hidden);
            for (int i = 0; i < hidden.length; i++) {
                hidden[i] = Math.max(0, hidden[i]);
            }
            return hidden;
        }

        private double[] probabilities(float[] hidden) {
            float[] outputs = secondBias.values.clone();
            second.multiply(hidden, outputs);
            double[] p = new double[outputs.length];
            double sum = 0;
            for (int i = 0; i < p.length; i++) {
                p[i] = StrictMath.exp(outputs[i]);
                sum += p[i];
            }
            for (int i = 0; i < p.length; i++) {
                p[i] /= sum;
            }
            return p;
        }

        double loss(float[][] x, int[] labels) {
            double sum = 0;
            for (int i = 0; i < x.length; i++) {
                sum -= StrictMath.log(probabilities(hidden(x[i]))[labels[i]]);
            }
            return sum / x.length;
        }

        /// Computes the gradients of the mean loss, those of the inputs into dx.
        void backward(float[][] x, int[] labels, float[][] dx) {
            for (Weights weights : List.of(first, firstBias, second, secondBias)) {
                Arrays.fill(weights.gradient, 0);
            }
            for (int b = 0; b < x.length; b++) {
                float[] hidden = hidden(x[b]);
                double[] p = probabilities(hidden);
                float[] dy = new float[p.length];
                for (int i = 0; i < p.length; i++) {
                    dy[i] = (float) ((p[i] - (i == labels[b] ? 1 : 0)) / x.length);
                    secondBias.gradient[i] += dy[i];
                }
                float[] dHidden = new float[hidden.length];
                second.backward(hidden, dy, dHidden);
                for (int i = 0; i < hidden.length; i++) {
                    dHidden[i] = hidden[i] > 0 ? dHidden[i] : 0;
                    firstBias.gradient[i] += dHidden[i];
                }
                first.backward(x[b], dHidden, dx[b]);
            }
        }
    }
}
