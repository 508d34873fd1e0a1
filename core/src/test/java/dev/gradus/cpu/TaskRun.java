package dev.gradus.cpu;

import dev.gradus.cpu.simd.KernelUse;
import dev.gradus.engine.TaskStatus;
import dev.gradus.expr.State;
import dev.gradus.program.Program;
import dev.gradus.rule.Rule;
import dev.gradus.rule.Trace;
import dev.gradus.tensor.Shape;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A rule's program for a shape, compiled once and run for one parameter as often as a test likes.
final class TaskRun {
    final Trace trace;
    private final CpuProgram program;

    TaskRun(Rule rule, Shape shape, boolean withMetrics) {
        trace = Trace.of(rule, "w", shape);
        program = new CpuProgram(Program.of(trace, withMetrics));
    }

    /// Runs steps on one thread; totals over parameters are the parameter's own.
    ///
    /// @param kernels null for the interpreter
    /// @return everything that the steps leave
    Map<String, double[]> run(ParameterBench bench, @Nullable KernelUse kernels, int steps) {
        try (Worker worker = new Worker(kernels)) {
            Task task = new Task(program, trace.shape(), bench);
            TaskStatus status = task.status();
            for (int step = 1; step <= steps; step++) {
                bench.t = step;
                bench.draw();
                task.begin(bench.gradient, bench, worker);
                while (!status.isComplete()) {
                    status.totals().stream()
                            .filter(total -> total.level() == status.level())
                            .forEach(total -> status.fill(total, status.contribution(total)));
                    task.advance(worker);
                }
                for (State state : status.numbers()) {
                    bench.numbers.put(state.name(), status.number(state));
                }
            }
            return bench.snapshot();
        }
    }
}
