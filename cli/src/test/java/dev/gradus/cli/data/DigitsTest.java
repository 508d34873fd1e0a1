package dev.gradus.cli.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gradus.cli.input.InputError;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

class DigitsTest {
    private static final String GOOD_LINE = "0,".repeat(63) + "16,7\n";

    @Test
    void theShippedImagesAreComplete() {
        Dataset digits = Dataset.read("digits");

        assertThat(digits.training().count()).isEqualTo(1297);
        assertThat(digits.test().count()).isEqualTo(500);
        assertThat(digits.training().pixels())
                .allSatisfy(image -> assertThat(image).hasSize(64));
        for (int label = 0; label < 10; label++) {
            assertThat(Collections.frequency(digits.test().labels(), label)).isEqualTo(50);
        }
    }

    @Test
    void theSplitIsTheSameEveryTime() {
        assertThat(Dataset.read("digits").test().labels())
                .isEqualTo(Dataset.read("digits").test().labels());
    }

    @Test
    void pixelsAreFractionsOfTheBrightest() throws Exception {
        Images images = read(GOOD_LINE);

        assertThat(images.pixels().getFirst()[63]).isEqualTo(1f);
        assertThat(images.labels()).containsExactly(7);
    }

    @Test
    void damagedLinesAreNamed() {
        assertThatThrownBy(() -> read(GOOD_LINE + "1,2,3\n"))
                .isInstanceOf(InputError.class)
                .hasMessage("line 2 of digits.csv.gz must have 65 numbers, got 3");
        assertThatThrownBy(() -> read(GOOD_LINE.replace("16", "17")))
                .isInstanceOf(InputError.class)
                .hasMessage("line 1 of digits.csv.gz must have whole numbers from 0 to 16 there, got \"17\"");
        assertThatThrownBy(() -> read("")).isInstanceOf(InputError.class).hasMessageContaining("got none");
    }

    @Test
    void aFileThatIsCutOffOrNotCompressedIsRefused() throws Exception {
        byte[] whole = compress(GOOD_LINE.repeat(100));

        assertThatThrownBy(
                        () -> Digits.read("cut.gz", new ByteArrayInputStream(Arrays.copyOf(whole, whole.length / 2))))
                .isInstanceOf(InputError.class)
                .hasMessageStartingWith("the file cut.gz is damaged");
        assertThatThrownBy(() ->
                        Digits.read("plain.gz", new ByteArrayInputStream(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})))
                .isInstanceOf(InputError.class)
                .hasMessageStartingWith("the file plain.gz is damaged");
    }

    private static Images read(String text) throws IOException {
        return Digits.read("digits.csv.gz", new ByteArrayInputStream(compress(text)));
    }

    private static byte[] compress(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(text.getBytes(StandardCharsets.US_ASCII));
        }
        return bytes.toByteArray();
    }
}
