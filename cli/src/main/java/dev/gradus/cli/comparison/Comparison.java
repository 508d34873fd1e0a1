package dev.gradus.cli.comparison;

import dev.gradus.cli.data.Images;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Carries out a plan: first the search for each contender's learning rate, then the trainings.
public final class Comparison {
    private Comparison() {}

    /// Follows a comparison.
    public interface Listener {
        /// A pass of a training of the search has ended.
        void searched(Trial trial, Epoch epoch);

        /// A pass of a training has ended.
        void trained(Trial trial, Epoch epoch);
    }

    /// The results in the order of the plan's contenders.
    public static List<Result> run(Plan plan, TrialRunner runner, Listener listener) {
        Map<Contender, List<Run>> searches = new LinkedHashMap<>();
        Map<Contender, Double> learningRates = new LinkedHashMap<>();
        for (Contender contender : plan.contenders()) {
            List<Run> search = search(plan, contender, runner, listener);
            searches.put(contender, search);
            learningRates.put(contender, search.isEmpty() ? contender.learningRate() : best(search));
        }

        // Seed by seed over all contenders, so that a machine that slows down does so for all of them.
        Map<Contender, List<Run>> runs = new LinkedHashMap<>();
        for (long seed : plan.seedList()) {
            for (Contender contender : plan.contenders()) {
                Trial trial =
                        plan.trial(contender, learningRates.getOrDefault(contender, contender.learningRate()), seed);
                Run run = runner.run(
                        trial, plan.data().training(), plan.data().test(), epoch -> listener.trained(trial, epoch));
                runs.computeIfAbsent(contender, c -> new ArrayList<>()).add(run);
            }
        }
        return plan.contenders().stream()
                .map(c -> new Result(
                        c,
                        searches.getOrDefault(c, List.of()),
                        learningRates.getOrDefault(c, c.learningRate()),
                        runs.getOrDefault(c, List.of())))
                .toList();
    }

    /// The test images take no part in the search: it holds out training images of its own.
    private static List<Run> search(Plan plan, Contender contender, TrialRunner runner, Listener listener) {
        if (plan.factors().isEmpty()) {
            return List.of();
        }
        Images.Split split = plan.validation();
        List<Run> search = new ArrayList<>();
        for (double factor : plan.factors()) {
            Trial trial = plan.searchTrial(contender, factor);
            search.add(runner.run(trial, split.rest(), split.heldOut(), epoch -> listener.searched(trial, epoch)));
        }
        return search;
    }

    /// The loss tells candidates apart that classify equally many images correctly. It is compared as a double, in
    /// which NaN, a training that diverged, is the largest of all.
    private static double best(List<Run> search) {
        return search.stream()
                .min(Comparator.comparingDouble(run -> run.last().heldOutLoss()))
                .orElseThrow()
                .trial()
                .learningRate();
    }
}
