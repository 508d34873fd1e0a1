package dev.gradus.cli.comparison;

import dev.gradus.cli.data.Dataset;
import dev.gradus.cli.data.Images;
import dev.gradus.cli.input.ScheduleShape;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/// What a comparison is to do. Every contender gets the same of everything.
///
/// @param epochs of each training
/// @param seeds how many trainings each contender makes, with the seeds 1 to `seeds`
/// @param searchEpochs of each training of the search for a learning rate
/// @param factors what the usual learning rate is multiplied with to make the candidates; none: no search
public record Plan(
        Dataset data,
        List<Contender> contenders,
        int epochs,
        int seeds,
        int searchEpochs,
        List<Double> factors,
        ScheduleShape schedule) {

    /// The search's own seed, which no other training uses.
    public static final long SEARCH_SEED = 0;

    /// Images are held out for the search with this seed.
    public static final long VALIDATION_SEED = 1;

    /// Seven candidates, half a power of ten apart, most of them upwards: usual learning rates are those of large
    /// networks, and small ones stand more.
    public static final List<Double> SEVEN_FACTORS =
            IntStream.rangeClosed(-2, 4).mapToObj(i -> Math.pow(10, i / 2.0)).toList();

    public Plan {
        contenders = List.copyOf(contenders);
        factors = List.copyOf(factors);
    }

    public List<Long> seedList() {
        return LongStream.rangeClosed(1, seeds).boxed().toList();
    }

    /// Passes over the training images that the search makes in all.
    public long allSearchEpochs() {
        return (long) contenders.size() * factors.size() * searchEpochs;
    }

    /// Passes over the training images that the trainings make in all.
    public long allEpochs() {
        return (long) contenders.size() * seeds * epochs;
    }

    /// Refuses a schedule whose warm-up is longer than the shortest of the trainings.
    ///
    /// @throws dev.gradus.cli.input.InputError naming the schedule and the number of steps
    public void requireScheduleToFit() {
        for (Contender contender : contenders) {
            Trial shortest = factors.isEmpty() ? trial(contender, 1, 1) : searchTrial(contender, 1);
            Images images = factors.isEmpty() ? data.training() : validation().rest();
            schedule.over(shortest.learningRate(), shortest.steps(images));
        }
    }

    /// The training images of the search, and those it holds out to judge by.
    public Images.Split validation() {
        return data.training().holdOut(data.validationPerClass(), VALIDATION_SEED);
    }

    Trial searchTrial(Contender contender, double factor) {
        return new Trial(
                contender,
                twoDigits(contender.learningRate() * factor),
                schedule,
                searchEpochs,
                data.batchSize(),
                SEARCH_SEED);
    }

    Trial trial(Contender contender, double learningRate, long seed) {
        return new Trial(contender, learningRate, schedule, epochs, data.batchSize(), seed);
    }

    /// Learning rates are typed again by readers of the report.
    private static double twoDigits(double value) {
        return Double.parseDouble(String.format(Locale.ROOT, "%.1e", value));
    }
}
