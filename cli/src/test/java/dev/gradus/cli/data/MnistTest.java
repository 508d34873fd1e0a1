package dev.gradus.cli.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gradus.cli.input.InputError;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MnistTest {
    private static final int COUNT = 40;

    @TempDir
    private Path folder;

    @BeforeEach
    void writeAGoodCopy() throws IOException {
        for (String part : new String[] {"train", "t10k"}) {
            write(part + "-images-idx3-ubyte.gz", images(COUNT));
            write(part + "-labels-idx1-ubyte.gz", labels(COUNT));
        }
    }

    @Test
    void aCopyIsRead() {
        Dataset mnist = read();

        assertThat(mnist.training().count()).isEqualTo(COUNT);
        assertThat(mnist.training().height()).isEqualTo(5);
        assertThat(mnist.training().width()).isEqualTo(4);
        assertThat(mnist.training().labels()).startsWith(0, 1, 2);
        assertThat(mnist.test().pixels().getLast()[19]).isEqualTo(1f);
        assertThat(mnist.training()
                        .holdOut(mnist.validationPerClass(), 1)
                        .heldOut()
                        .count())
                .isEqualTo(10);
    }

    @Test
    void filesMayBeUncompressed() throws Exception {
        Files.delete(folder.resolve("t10k-labels-idx1-ubyte.gz"));
        Files.write(folder.resolve("t10k-labels-idx1-ubyte"), labels(COUNT));

        assertThat(read().test().count()).isEqualTo(COUNT);
    }

    @Test
    void aMissingFileIsNamed() throws Exception {
        Files.delete(folder.resolve("train-images-idx3-ubyte.gz"));

        refused("the folder of mnist must have the file train-images-idx3-ubyte.gz, there is none in " + folder);
    }

    @Test
    void aFileThatEndsTooEarlyIsRefused() throws Exception {
        write("train-images-idx3-ubyte.gz", Arrays.copyOf(images(COUNT), 300));

        refused(folder.resolve("train-images-idx3-ubyte.gz") + " is damaged: it ends too early");
    }

    @Test
    void aCompressedFileThatIsCutOffIsRefused() throws Exception {
        Path file = folder.resolve("train-labels-idx1-ubyte.gz");
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(whole, whole.length - 12));

        assertThatThrownBy(this::read).isInstanceOf(InputError.class).hasMessageStartingWith(file + " is damaged");
    }

    @Test
    void aFileThatIsTooLongIsRefused() throws Exception {
        write("t10k-labels-idx1-ubyte.gz", Arrays.copyOf(labels(COUNT), 8 + COUNT + 1));

        refused(folder.resolve("t10k-labels-idx1-ubyte.gz") + " is damaged: it has more bytes than its header says");
    }

    @Test
    void aFileOfAnotherFormatIsRefused() throws Exception {
        write("train-labels-idx1-ubyte.gz", images(COUNT));

        refused(folder.resolve("train-labels-idx1-ubyte.gz") + " must begin with the IDX number 0x0801, got 0x0803");
    }

    @Test
    void aFileThatIsNotCompressedIsRefused() throws Exception {
        Path file = folder.resolve("train-labels-idx1-ubyte.gz");
        Files.write(file, labels(COUNT));

        assertThatThrownBy(this::read).isInstanceOf(InputError.class).hasMessageStartingWith(file + " is damaged");
    }

    @Test
    void imagesAndLabelsMustBeEquallyMany() throws Exception {
        write("train-labels-idx1-ubyte.gz", labels(COUNT - 1));

        refused(folder.resolve("train-images-idx3-ubyte.gz") + " has 40 images, but "
                + folder.resolve("train-labels-idx1-ubyte.gz") + " has 39 labels");
    }

    @Test
    void labelsMustBeDigits() throws Exception {
        byte[] labels = labels(COUNT);
        labels[8 + 2] = 10;
        write("train-labels-idx1-ubyte.gz", labels);

        refused("label 3 of " + folder.resolve("train-labels-idx1-ubyte.gz") + " must be from 0 to 9, got 10");
    }

    private Dataset read() {
        return Dataset.read("mnist:" + folder);
    }

    private void refused(String sentence) {
        assertThatThrownBy(this::read).isInstanceOf(InputError.class).hasMessage(sentence);
    }

    private void write(String name, byte[] content) throws IOException {
        try (GZIPOutputStream gzip = new GZIPOutputStream(Files.newOutputStream(folder.resolve(name)))) {
            gzip.write(content);
        }
    }

    private static byte[] images(int count) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeInt(0x0803);
        out.writeInt(count);
        out.writeInt(5);
        out.writeInt(4);
        byte[] image = new byte[20];
        image[19] = (byte) 255;
        for (int i = 0; i < count; i++) {
            out.write(image);
        }
        return bytes.toByteArray();
    }

    private static byte[] labels(int count) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeInt(0x0801);
        out.writeInt(count);
        for (int i = 0; i < count; i++) {
            out.write(i % 10);
        }
        return bytes.toByteArray();
    }
}
