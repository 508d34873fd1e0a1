package dev.gradus.bench.micro;

import dev.gradus.Optimizer;
import dev.gradus.Parameter;
import dev.gradus.ParameterGroup;
import dev.gradus.rules.Rules;
import dev.gradus.tensor.Shape;
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

/// Does an Adam step of an embedding table of 1 M × 64 cost what the rows with a gradient cost, rather than the table?
///
/// Rows are drawn anew for each step: uniformly, or with the frequencies of words (Zipf's law).
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules", "jdk.incubator.vector", "-Xmx6g"})
public class RowGradientBenchmark {
    private static final int ROWS = 1_000_000;
    private static final int COLS = 64;
    private static final int BATCHES = 50;

    @Param({"1000", "10000", "100000"})
    private int touched;

    /// How rows without a gradient are treated; `dense` gives the gradient of the whole table instead.
    @Param({"lazy", "exact", "dense"})
    private String mode = "";

    @Param({"uniform", "zipf"})
    private String rows = "";

    private final long[][] batches = new long[BATCHES][];
    private float[] gradient = {};
    private Parameter table = Parameter.of("table", Shape.of(0, COLS), new float[0]);
    private Optimizer optimizer = Optimizer.of();
    private int next;

    /// Makes the table and the batches of indices.
    @Setup(Level.Trial)
    public void open() {
        Random random = new Random(1);
        table = Parameter.of("table", Shape.of(ROWS, COLS), new float[ROWS * COLS]);
        gradient = new float[mode.equals("dense") ? ROWS * COLS : touched * COLS];
        for (int i = 0; i < gradient.length; i++) {
            gradient[i] = (float) random.nextGaussian();
        }
        for (int batch = 0; batch < BATCHES; batch++) {
            batches[batch] = new long[touched];
            for (int i = 0; i < touched; i++) {
                batches[batch][i] = row(random);
            }
        }
        ParameterGroup group = new ParameterGroup("all", List.of(table), Rules.adam(), 1e-3);
        optimizer = Optimizer.of(mode.equals("exact") ? group.withExactRows() : group);
    }

    private long row(Random random) {
        return rows.equals("zipf") ? (long) Math.pow(ROWS, random.nextDouble()) - 1 : random.nextInt(ROWS);
    }

    /// Frees the states.
    @TearDown(Level.Trial)
    public void close() {
        optimizer.close();
    }

    @Benchmark
    public void step() {
        if (mode.equals("dense")) {
            table.gradient(gradient);
        } else {
            table.gradient(batches[next++ % BATCHES], gradient);
        }
        optimizer.step();
    }
}
