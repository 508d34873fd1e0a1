package dev.gradus.cli.comparison;

import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/// What came out for one contender.
///
/// @param search the trainings of the search, in the order of their learning rates; empty where there was none
/// @param learningRate the chosen one
/// @param runs the trainings with it, one per seed
public record Result(Contender contender, List<Run> search, double learningRate, List<Run> runs) {
    /// The accuracy to which epochs are counted.
    public static final double GOAL = 0.95;

    public Result {
        search = List.copyOf(search);
        runs = List.copyOf(runs);
    }

    /// Mean and sample standard deviation; the latter is absent for a single run.
    public record Spread(double mean, Optional<Double> deviation) {
        static Spread of(List<Double> values) {
            double mean = values.stream().mapToDouble(x -> x).average().orElseThrow();
            if (values.size() < 2) {
                return new Spread(mean, Optional.empty());
            }
            double squares =
                    values.stream().mapToDouble(x -> (x - mean) * (x - mean)).sum();
            return new Spread(mean, Optional.of(Math.sqrt(squares / (values.size() - 1))));
        }
    }

    public Spread accuracy() {
        return spread(run -> run.last().accuracy());
    }

    public Spread trainingLoss() {
        return spread(run -> run.last().trainingLoss());
    }

    /// The median over the seeds of the epochs that it takes to reach [#GOAL]; absent where fewer than half do.
    public Optional<Integer> epochsToGoal() {
        List<Integer> reached = runs.stream()
                .map(run -> run.epochsTo(GOAL).orElse(Integer.MAX_VALUE))
                .sorted()
                .toList();
        int median = reached.get((reached.size() - 1) / 2);
        return median == Integer.MAX_VALUE ? Optional.empty() : Optional.of(median);
    }

    /// The median over the seeds of the time of one optimizer step, in nanoseconds.
    public double stepNanos() {
        double[] sorted = runs.stream().mapToDouble(Run::stepNanos).sorted().toArray();
        return sorted[(sorted.length - 1) / 2];
    }

    public long diverged() {
        return runs.stream().filter(Run::diverged).count();
    }

    /// Whether the best learning rate was the lowest or highest candidate: a wider search might find a better one.
    public boolean atEdgeOfSearch() {
        return search.size() > 1
                && (learningRate == search.getFirst().trial().learningRate()
                        || learningRate == search.getLast().trial().learningRate());
    }

    private Spread spread(ToDoubleFunction<Run> value) {
        return Spread.of(runs.stream().map(value::applyAsDouble).toList());
    }
}
