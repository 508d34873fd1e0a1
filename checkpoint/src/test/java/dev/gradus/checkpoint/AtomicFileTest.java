package dev.gradus.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(OS.WINDOWS)
class AtomicFileTest {
    @TempDir
    private Path folder;

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }

    private static void write(Path file) {
        AtomicFile.write(file, channel -> channel.write(ByteBuffer.wrap(new byte[] {7})));
    }

    @Test
    void whatFailsLeavesTheOldFileAndNothingElse() throws IOException {
        Path file = Files.writeString(folder.resolve("f"), "old");
        assertThatThrownBy(() -> AtomicFile.write(file, channel -> {
                    channel.write(ByteBuffer.wrap(new byte[100]));
                    throw new IOException("the disk is full");
                }))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(file + " cannot be written: the disk is full");
        assertThat(file).hasContent("old");
        assertThat(files()).containsExactly(file);
    }

    @Test
    void anInterruptedThreadLeavesTheOldFile() throws IOException {
        Path file = Files.writeString(folder.resolve("f"), "old");
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> write(file)).isInstanceOf(CheckpointException.class);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(file).hasContent("old");
        assertThat(files()).containsExactly(file);
    }

    @Test
    void theNewFileTakesThePlaceOfTheOld() throws IOException {
        Path file = Files.writeString(folder.resolve("f"), "old");
        write(file);
        assertThat(Files.readAllBytes(file)).containsExactly(7);
        assertThat(files()).containsExactly(file);
    }

    @Test
    void symbolicLinksAndFoldersAreRefused() throws IOException {
        Path target = Files.writeString(folder.resolve("target"), "old");
        Path link = Files.createSymbolicLink(folder.resolve("link"), target);
        assertThatThrownBy(() -> write(link))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("is a symbolic link");
        assertThatThrownBy(() -> write(folder)).hasMessageContaining("is a directory");
        assertThat(target).hasContent("old");
        assertThat(link).isSymbolicLink();
    }

    @Test
    void foldersThatAreNotThereAreRefused() {
        Path none = folder.resolve("none");
        assertThatThrownBy(() -> write(none.resolve("f")))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(none.resolve("f") + " cannot be written: there is no folder " + none);
    }

    @Test
    void foldersThatCannotBeWrittenAreRefused() throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("r-xr-xr-x"));
        try {
            Assumptions.assumeFalse(Files.isWritable(folder), "root may write everywhere");
            assertThatThrownBy(() -> write(folder.resolve("f")))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("is denied");
        } finally {
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }

    @Test
    void whatIsNotAFolderIsRefused() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        assertThatThrownBy(() -> write(file.resolve("f")))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(file.resolve("f") + " cannot be written: " + file + " is not a folder")
                .hasMessageContaining("f cannot be written: ");
        assertThat(files()).containsExactly(file);
    }

    /// There nobody can create a file, root neither.
    @Test
    @EnabledOnOs(OS.LINUX)
    void foldersThatNobodyCanWriteAreRefused() {
        assertThatThrownBy(() -> write(Path.of("/sys/kernel/f")))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("/sys/kernel/f cannot be written: a file in /sys/kernel cannot be made: ")
                .hasMessageNotContaining(".tmp");
    }

    @Test
    void aNameMayBeAsLongAsTheFileSystemAllows() throws IOException {
        Path file = folder.resolve("n".repeat(255));
        write(file);
        assertThat(files()).containsExactly(file);
        Path tooLong = folder.resolve("n".repeat(256));
        assertThatThrownBy(() -> write(tooLong)).isInstanceOf(CheckpointException.class);
        assertThat(files()).containsExactly(file);
    }

    @Test
    void onlyWhatDeadProcessesLeftBehindIsDeleted() throws IOException, InterruptedException {
        Process process = new ProcessBuilder("true").start();
        process.waitFor();
        Path dead = Files.createFile(folder.resolve(".f." + process.pid() + "-" + UUID.randomUUID() + ".tmp"));
        long living = ProcessHandle.current().parent().orElseThrow().pid();
        Path alive = Files.createFile(folder.resolve(".f." + living + "-" + UUID.randomUUID() + ".tmp"));
        Path other = Files.createFile(folder.resolve(".other.tmp"));
        AtomicFile.deleteAbandoned(folder);
        assertThat(files()).containsExactlyInAnyOrder(alive, other).doesNotContain(dead);
    }

    /// As in containers, where a program has the number 1 each time it starts.
    @Test
    void whatAnEarlierProcessOfTheSameNumberLeftBehindIsDeleted() throws IOException {
        long own = ProcessHandle.current().pid();
        Path earlier = Files.createFile(folder.resolve(".f." + own + "-" + UUID.randomUUID() + ".tmp"));
        Path file = folder.resolve("f");
        AtomicFile.write(file, channel -> {
            AtomicFile.deleteAbandoned(folder);
            assertThat(files()).hasSize(1).doesNotContain(earlier);
            channel.write(ByteBuffer.wrap(new byte[] {7}));
        });
        assertThat(files()).containsExactly(file);
    }

    /// The operating system refuses to let the file grow, as it does when a disk is full.
    @Test
    void aFullDiskLeavesTheOldFile() throws IOException, InterruptedException {
        Path file = folder.resolve("f");
        Safetensors.write(file, Map.of("old", "yes"), List.of());
        List<String> command = new ArrayList<>(List.of("sh", "-c", "ulimit -f 64; exec \"$@\"", "sh"));
        command.addAll(ChildProcess.command(List.of("-XX:-UsePerfData"), FullDisk.class, file.toString()));
        String output = ChildProcess.run(command);
        assertThat(output).contains("CheckpointException").contains("cannot be written");
        try (Safetensors old = Safetensors.open(file)) {
            assertThat(old.metadata()).containsEntry("old", "yes");
        }
        assertThat(files()).containsExactly(file);
    }

    /// Tries to write 8 MiB.
    static final class FullDisk {
        private FullDisk() {}

        public static void main(String[] args) {
            try {
                AtomicFile.write(Path.of(args[0]), channel -> {
                    for (int i = 0; i < 8; i++) {
                        channel.write(ByteBuffer.allocate(1 << 20));
                    }
                });
            } catch (CheckpointException e) {
                System.out.println(e);
            }
        }
    }
}
