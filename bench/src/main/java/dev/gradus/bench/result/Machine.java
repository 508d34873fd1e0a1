package dev.gradus.bench.result;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Where something was measured.
///
/// @param processor its name, or the architecture where the system does not tell it
/// @param processors that the JVM may use
/// @param vectors the widest vector instructions that the processor says it has; empty where it does not tell
/// @param caches such as `L2 2048K`, of one processor; empty where the system does not tell
/// @param memory bytes
/// @param hugePages the system's setting for transparent huge pages; empty where there is none
/// @param system name and version
/// @param java name, version and vendor of the JVM
public record Machine(
        String processor,
        int processors,
        String vectors,
        List<String> caches,
        long memory,
        String hugePages,
        String system,
        String java) {
    private static final Path CPU = Path.of("/proc/cpuinfo");
    private static final Path CACHES = Path.of("/sys/devices/system/cpu/cpu0/cache");
    private static final Path HUGE_PAGES = Path.of("/sys/kernel/mm/transparent_hugepage/enabled");

    /// From the widest on.
    private static final List<String> VECTORS = List.of("avx512f", "avx2", "avx", "sve", "asimd");

    public Machine {
        caches = List.copyOf(caches);
    }

    /// The machine that this JVM runs on.
    public static Machine here() {
        OperatingSystemMXBean bean = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return new Machine(
                cpu("model name").orElse(System.getProperty("os.arch")),
                bean.getAvailableProcessors(),
                cpu("flags").or(() -> cpu("Features")).flatMap(Machine::widest).orElse(""),
                cachesOfOne(),
                bean.getTotalMemorySize(),
                text(HUGE_PAGES).map(Machine::chosen).orElse(""),
                System.getProperty("os.name") + " " + System.getProperty("os.version") + ", "
                        + System.getProperty("os.arch"),
                System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version") + " ("
                        + System.getProperty("java.vendor") + ")");
    }

    /// A name for files: `intel-xeon-processor-2`
    public String fileName() {
        String plain = (processor + " " + processors)
                .replaceAll("\\((R|TM|C)\\)|\\bCPU\\b|@.*GHz", " ")
                .toLowerCase(Locale.ROOT);
        return plain.replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
    }

    private static Optional<String> widest(String flags) {
        List<String> all = List.of(flags.split(" "));
        return VECTORS.stream().filter(all::contains).findFirst();
    }

    private static Optional<String> cpu(String key) {
        return text(CPU)
                .flatMap(info -> info.lines()
                        .filter(line -> line.startsWith(key))
                        .map(line -> line.substring(line.indexOf(':') + 1).strip())
                        .findFirst());
    }

    private static List<String> cachesOfOne() {
        List<String> caches = new ArrayList<>();
        if (Files.isDirectory(CACHES)) {
            try (Stream<Path> folders = Files.list(CACHES)) {
                for (Path folder : folders.sorted().toList()) {
                    Optional<String> type = text(folder.resolve("type"));
                    if (type.isPresent() && !type.get().equals("Instruction")) {
                        caches.add("L" + text(folder.resolve("level")).orElse("?") + " "
                                + text(folder.resolve("size")).orElse("?"));
                    }
                }
            } catch (IOException e) {
                // Then they stay unknown: what is measured does not depend on it.
                return List.of();
            }
        }
        return caches;
    }

    /// `always [madvise] never` becomes `madvise`.
    private static String chosen(String choices) {
        Matcher matcher = Pattern.compile("\\[(\\w+)]").matcher(choices);
        return matcher.find() ? matcher.group(1) : choices;
    }

    private static Optional<String> text(Path file) {
        try {
            return Files.isReadable(file) ? Optional.of(Files.readString(file).strip()) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
