package dev.gradus.testkit.golden;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// A file of recorded numbers, `*.json` or `*.json.gz`.
record GoldenFile(Path path) {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    /// What was replayed, and how well.
    ///
    /// @param algorithm with its system, as in `labml adam`
    /// @param worst the part of the tolerance that the worst value took
    /// @param rounded final states that are within [Rounding], but not within the tolerance
    record Outcome(String algorithm, double worst, List<String> rounded) {}

    /// All files of the folder that the system property `gradus.golden.dir` names, or of the project's own.
    ///
    /// @throws IllegalArgumentException if there are none
    static List<GoldenFile> all() {
        String dir = System.getProperty("gradus.golden.dir");
        if (dir == null) {
            return in(ownFolder());
        }
        String start = System.getProperty("gradus.invocation.dir", System.getProperty("user.dir"));
        return in(Path.of(start).resolve(dir));
    }

    static Path ownFolder() {
        URL folder = Objects.requireNonNull(GoldenFile.class.getResource("/golden"));
        try {
            return Path.of(folder.toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    static List<GoldenFile> in(Path folder) {
        try (Stream<Path> paths = Files.list(folder)) {
            List<GoldenFile> files = paths.map(GoldenFile::new)
                    .filter(file -> file.name().endsWith(".json"))
                    .sorted((a, b) -> a.name().compareTo(b.name()))
                    .toList();
            if (files.isEmpty()) {
                throw new IllegalArgumentException("there are no *.json files in " + folder);
            }
            return files;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the folder " + folder, e);
        }
    }

    /// The file's name without `.gz`.
    String name() {
        String name = String.valueOf(path.getFileName());
        return name.endsWith(".json.gz") ? name.substring(0, name.length() - ".gz".length()) : name;
    }

    /// Replays the file, of whichever kind it is.
    Outcome replay() {
        return replay(new Fields("", tree()));
    }

    static Outcome replay(Fields file) {
        if (file.has("tables")) {
            return new Outcome("rectifier", RectifierTable.check(file), List.of());
        }
        if (file.has("cases")) {
            return new Outcome("schedules", ScheduleTable.replay(file), List.of());
        }
        GoldenCase golden = GoldenCase.read(file);
        Replay.Result result = Replay.of(golden);
        return new Outcome(golden.system() + " " + golden.algorithm(), result.worst(), result.rounded());
    }

    /// The file as it is written.
    ObjectNode tree() {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(path));
                InputStream plain = path.toString().endsWith(".gz") ? new GZIPInputStream(in) : in) {
            return (ObjectNode) MAPPER.readTree(plain);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + path, e);
        }
    }
}
