package dev.gradus.bench.micro;

import dev.gradus.Optimizer;
import dev.gradus.Options;
import dev.gradus.Options.Kernels;
import dev.gradus.Parameter;
import dev.gradus.ParameterGroup;
import dev.gradus.rules.Rules;
import dev.gradus.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// How much faster are kernels than the interpreter, per parameter of a model that fits into the second cache?
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules", "jdk.incubator.vector"})
public class KernelBenchmark {
    private static final int SIDE = 256;

    @Param({"adamw", "adabelief", "lamb", "sadam", "adafactor"})
    private String rule = "";

    @Param({"BACKGROUND", "NEVER"})
    private Kernels kernels = Kernels.NEVER;

    private Optimizer optimizer = Optimizer.of();

    /// Makes the optimizer, and steps until it is warm.
    @Setup(Level.Trial)
    public void open() {
        float[] gradient = new float[SIDE * SIDE];
        Arrays.fill(gradient, 0.01f);
        Parameter parameter = Parameter.of("weight", Shape.of(SIDE, SIDE), new float[SIDE * SIDE])
                .gradient(gradient);
        Rules.Entry entry = Rules.named(rule);
        optimizer = Optimizer.of(
                new Options().withThreads(1).withKernels(kernels),
                List.of(new ParameterGroup("all", List.of(parameter), entry.rule(), entry.learningRate())));
        Warmth.await(optimizer);
    }

    /// Frees the states.
    @TearDown(Level.Trial)
    public void close() {
        optimizer.close();
    }

    @Benchmark
    @OperationsPerInvocation(SIDE * SIDE)
    public void parameter() {
        optimizer.step();
    }
}
