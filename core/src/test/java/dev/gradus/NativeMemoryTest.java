package dev.gradus;

import static dev.gradus.rule.Chain.chain;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.gradus.rule.Rule;
import dev.gradus.rules.Rules;
import dev.gradus.tensor.ElementType;
import dev.gradus.tensor.Shape;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import javax.management.JMException;
import javax.management.ObjectName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What lies outside of the heap does not grow with the number of steps, nor with that of optimizers. A JVM of its own
/// counts what it has.
class NativeMemoryTest {
    /// What is done again and again.
    enum Work {
        STEPS {
            @Override
            void run() {
                try (Optimizer small = optimizer(SMALL);
                        Optimizer large = optimizer(LARGE)) {
                    for (int i = 0; i < 5_000; i++) {
                        step(small, i);
                        if (i % 20 == 0) {
                            step(large, i);
                            small.evaluate();
                            small.train();
                        }
                    }
                }
            }
        },
        OPTIMIZERS {
            @Override
            void run() {
                for (int i = 0; i < 500; i++) {
                    try (Optimizer optimizer = optimizer(i % 5 == 0 ? LARGE : SMALL)) {
                        step(optimizer, i);
                        step(optimizer, i + 1);
                    }
                }
            }
        };

        abstract void run();
    }

    private static final int SMALL = 600;
    private static final int COLUMNS = 10;
    private static final String TABLE = "table";

    /// So large that helpers take part.
    private static final int LARGE = 120_000;

    /// A leak of 20 bytes in each step or of 200 in each optimizer would be more.
    private static final long LEAST_LEAK = 100_000;

    /// What a JVM has outside of its heap.
    ///
    /// @param bytes of memory segments
    /// @param helpers threads of teams
    /// @param files open ones, where the system tells
    record Usage(long bytes, long kernels, long classes, long helpers, long files) {
        static final String LINE = "usage";

        private static final Pattern SEGMENTS = Pattern.compile("Other \\(reserved=(\\d+)");

        static Usage now() throws JMException {
            String summary = (String) ManagementFactory.getPlatformMBeanServer()
                    .invoke(
                            new ObjectName("com.sun.management:type=DiagnosticCommand"),
                            "vmNativeMemory",
                            new Object[] {new String[] {"summary", "scale=B"}},
                            new String[] {String[].class.getName()});
            Matcher segments = SEGMENTS.matcher(summary);
            assertThat(segments.find()).as(summary).isTrue();
            return new Usage(
                    Long.parseLong(segments.group(1)),
                    KernelStatistics.now().compiled(),
                    ManagementFactory.getClassLoadingMXBean().getLoadedClassCount(),
                    Thread.getAllStackTraces().keySet().stream()
                            .filter(thread -> thread.getName().startsWith("gradus-helper"))
                            .count(),
                    ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                            ? unix.getOpenFileDescriptorCount()
                            : 0);
        }

        String toLine() {
            return Stream.of(bytes, kernels, classes, helpers, files)
                    .map(String::valueOf)
                    .reduce(LINE, (line, number) -> line + " " + number);
        }

        static Usage ofLine(String line) {
            long[] numbers = Arrays.stream(line.split(" ", -1))
                    .skip(1)
                    .mapToLong(Long::parseLong)
                    .toArray();
            return new Usage(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]);
        }
    }

    /// Optimizers of parameters with states of all formats, and of a table of which rows have gradients.
    private static Optimizer optimizer(int size) {
        Rule rule = chain(Rules.clipByGlobalNorm(1), Rules.lamb(), Rules.emaWeights(0.9));
        List<ParameterGroup> groups = new ArrayList<>();
        for (StateFormat format : StateFormat.values()) {
            groups.add(new ParameterGroup(format.name(), List.of(parameter(format.name(), size)), rule, 0.1)
                    .withStateFormat(format));
        }
        Parameter half = Parameter.of(
                        "half", Shape.of(size), ElementType.BFLOAT16, MemorySegment.ofArray(new short[size]))
                .gradient(MemorySegment.ofArray(new short[size]));
        groups.add(new ParameterGroup("half", List.of(half), rule, 0.1));
        Parameter table = parameter(TABLE, size);
        groups.add(new ParameterGroup(TABLE, List.of(table), Rules.adam(), 0.1).withExactRows());
        return Optimizer.of(new Options().withThreads(3).withKernels(Options.Kernels.EAGER), groups);
    }

    private static Parameter parameter(String name, int size) {
        return Parameter.of(name, Shape.of(size / COLUMNS, COLUMNS), new float[size])
                .gradient(new float[size]);
    }

    private static void step(Optimizer optimizer, int number) {
        Parameter table = optimizer.groups().getLast().parameters().getFirst();
        int rows = 1 + number % (SMALL / COLUMNS);
        table.gradient(LongStream.range(0, rows).toArray(), new float[rows * COLUMNS]);
        optimizer.step();
    }

    @ParameterizedTest
    @EnumSource
    void isFlat(Work work) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "--add-modules",
                        "jdk.incubator.vector",
                        "-XX:NativeMemoryTracking=summary",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Child.class.getName(),
                        work.name())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        List<Usage> usages = output.lines()
                .filter(line -> line.startsWith(Usage.LINE))
                .map(Usage::ofLine)
                .toList();
        assertThat(usages).as(output).hasSize(3);
        Usage once = usages.get(1);
        Usage twice = usages.get(2);
        assertThat(twice.bytes - once.bytes).as(output).isLessThan(LEAST_LEAK);
        assertThat(twice.kernels).as(output).isEqualTo(once.kernels).isPositive();
        assertThat(twice.classes - once.classes).as(output).isLessThan(100);
        assertThat(twice.helpers).as(output).isZero();
        assertThat(twice.files - once.files).as(output).isLessThan(10);
    }

    /// Does the work twice after some warming up, and prints what there is after each.
    static final class Child {
        public static void main(String[] args) throws JMException {
            Work work = Work.valueOf(args[0]);
            for (int i = 0; i < 3; i++) {
                work.run();
                System.out.println(Usage.now().toLine());
            }
        }
    }
}
