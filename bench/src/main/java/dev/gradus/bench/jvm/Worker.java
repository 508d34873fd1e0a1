package dev.gradus.bench.jvm;

import dev.gradus.bench.contest.Contest;
import dev.gradus.bench.contest.ContestRun;
import dev.gradus.bench.startup.EarlySteps;
import dev.gradus.bench.startup.FirstStep;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import tools.jackson.databind.json.JsonMapper;

/// The main class of a measuring JVM.
public final class Worker {
    static final String FIRST_STEP = "first-step";
    static final String EARLY_STEPS = "early-steps";

    private final PrintStream out;

    private Worker(PrintStream out) {
        this.out = out;
    }

    /// Measures what it is told to.
    ///
    /// @param args [#FIRST_STEP], [#EARLY_STEPS], or contests as JSON
    public static void main(String[] args) {
        Locale.setDefault(Locale.ROOT);
        Worker worker = new Worker(new PrintStream(System.out, true, StandardCharsets.UTF_8));
        for (String what : args) {
            worker.measure(what);
        }
        // Threads of native libraries must not keep the JVM.
        System.exit(0);
    }

    private void measure(String what) {
        switch (what) {
            case FIRST_STEP -> tell(Message.of(FirstStep.measure()));
            case EARLY_STEPS -> tell(Message.of(EarlySteps.measure()));
            default -> contests(JsonMapper.builder().build().readValue(what, Contest[].class));
        }
    }

    private void contests(Contest[] contests) {
        ContestRun run = new ContestRun();
        for (Contest contest : contests) {
            tell(Message.of(run.run(contest, new ContestRun.Listener() {
                @Override
                public void at(String doing) {
                    tell(Message.at(contest.title() + ": " + doing));
                }

                @Override
                public void round() {
                    tell(Message.aRound());
                }
            })));
            // So that the next contest does not pay for the garbage of this one.
            System.gc();
        }
    }

    private void tell(Message message) {
        out.println(message.toLine());
    }
}
