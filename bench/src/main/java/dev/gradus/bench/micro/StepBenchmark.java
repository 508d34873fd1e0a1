package dev.gradus.bench.micro;

import dev.gradus.Optimizer;
import dev.gradus.Options;
import dev.gradus.Parameter;
import dev.gradus.ParameterGroup;
import dev.gradus.rules.Rules;
import dev.gradus.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// What does a step of each rule of the catalogue cost when it is warm, and does it allocate?
///
/// The model has four tensors of several ranks with 400 K elements in all, so that two threads take part.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 1, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules", "jdk.incubator.vector"})
public class StepBenchmark {
    private static final List<Shape> SHAPES =
            List.of(Shape.of(512, 512), Shape.of(32, 64, 8, 8), Shape.of(1_000), Shape.of(64, 100));

    /// [MicroBenchmarks] gives all names of the catalogue.
    @Param("adamw")
    private String entry = "";

    @Param({"1", "2"})
    private int threads;

    private Optimizer optimizer = Optimizer.of();

    /// Makes the optimizer, and steps until it is warm.
    @Setup(Level.Trial)
    public void open() {
        Random random = new Random(1);
        List<Parameter> parameters = new ArrayList<>();
        for (Shape shape : SHAPES) {
            float[] values = random(random, (int) shape.elements());
            parameters.add(
                    Parameter.of("tensor" + parameters.size(), shape, values).gradient(random(random, values.length)));
        }
        Rules.Entry rule = Rules.named(entry);
        optimizer = Optimizer.of(
                new Options().withThreads(threads),
                List.of(new ParameterGroup("all", parameters, rule.rule(), rule.learningRate())));
        Warmth.await(optimizer);
    }

    private static float[] random(Random random, int length) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) random.nextGaussian() * 0.02f;
        }
        return values;
    }

    /// Frees the states.
    @TearDown(Level.Trial)
    public void close() {
        optimizer.close();
    }

    @Benchmark
    public void step() {
        optimizer.step();
    }
}
