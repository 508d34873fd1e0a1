package dev.gradus.cli.report;

import dev.gradus.cli.comparison.Contender;
import dev.gradus.cli.comparison.Plan;
import dev.gradus.cli.input.Numbers;
import dev.gradus.cli.input.Shell;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.stream.Collectors;

/// What someone needs to know to make the same comparison again.
///
/// @param command what to type
/// @param facts settings, versions and machine, by what they are
public record Provenance(String command, SequencedMap<String, String> facts) {
    public Provenance {
        facts = new LinkedHashMap<>(facts);
    }

    /// Describes a comparison that was made on this machine, today.
    ///
    /// @param dataName as users write it: `mnist:DIR`
    /// @param network what was trained
    /// @param software versions
    /// @param seconds how long it took
    public static Provenance of(Plan plan, String dataName, String network, String software, double seconds) {
        SequencedMap<String, String> facts = new LinkedHashMap<>();
        facts.put("Data", plan.data().description());
        facts.put("Split", split(plan));
        facts.put("Network", network);
        facts.put(
                "Training",
                "batches of %d, mean cross-entropy, %s, learning-rate schedule %s"
                        .formatted(plan.data().batchSize(), Numbers.count(plan.epochs(), "epoch"), plan.schedule()));
        facts.put(
                "Seeds",
                (plan.seeds() == 1 ? "1" : "1 to " + plan.seeds()) + " for first weights and batches"
                        + (plan.factors().isEmpty() ? "" : ", " + Plan.SEARCH_SEED + " in the search"));
        facts.put("Software", software + ", one thread");
        facts.put(
                "Java",
                System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version") + " ("
                        + System.getProperty("java.vendor") + ")");
        facts.put(
                "Machine",
                System.getProperty("os.name") + " " + System.getProperty("os.version") + ", "
                        + System.getProperty("os.arch")
                        + Processor.name().map(name -> ", " + name).orElse("")
                        + ", " + Numbers.count(Runtime.getRuntime().availableProcessors(), "processor"));
        facts.put("Took", String.format(Locale.ROOT, "%.0f s, on %s", seconds, LocalDate.now(ZoneId.systemDefault())));
        return new Provenance(command(plan, dataName), facts);
    }

    private static String command(Plan plan, String dataName) {
        return "gradus compare --optimizers %s --epochs %d --seeds %d --data %s --schedule %s%s"
                .formatted(
                        Shell.quoted(
                                plan.contenders().stream().map(Contender::name).collect(Collectors.joining(","))),
                        plan.epochs(),
                        plan.seeds(),
                        Shell.quoted(dataName),
                        plan.schedule(),
                        plan.factors().isEmpty() ? " --no-search" : "");
    }

    private static String split(Plan plan) {
        String split = "%,d training images, %,d test images"
                .formatted(plan.data().training().count(), plan.data().test().count());
        return plan.factors().isEmpty()
                ? split
                : split
                        + "; the search holds out %d training images of each digit, drawn with seed %d"
                                .formatted(plan.data().validationPerClass(), Plan.VALIDATION_SEED);
    }
}
