package dev.gradus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gradus.cpu.simd.VectorApi;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SystemOptionsTest {
    private static final String[] NAMES = {"gradus.threads", "gradus.kernels", "gradus.vectorBits", "gradus.dumpKernels"
    };

    private final @Nullable String[] before = new String[NAMES.length];

    @BeforeEach
    void clear() {
        for (int i = 0; i < NAMES.length; i++) {
            before[i] = System.clearProperty(NAMES[i]);
        }
    }

    @AfterEach
    void restore() {
        for (int i = 0; i < NAMES.length; i++) {
            String value = before[i];
            String ignored = value == null ? System.clearProperty(NAMES[i]) : System.setProperty(NAMES[i], value);
        }
    }

    @Test
    void withoutPropertiesTheDefaultsHold() {
        assertThat(SystemOptions.threads(3)).isEqualTo(3);
        assertThat(new Options().kernels()).isEqualTo(Options.Kernels.BACKGROUND);
        assertThat(SystemOptions.vectorBits()).isEqualTo(VectorApi.PREFERRED);
        assertThat(SystemOptions.dumpFolder()).isNull();
    }

    @Test
    void propertiesChangeThem() {
        System.setProperty("gradus.threads", "5");
        System.setProperty("gradus.kernels", "eager");
        System.setProperty("gradus.vectorBits", "256");
        System.setProperty("gradus.dumpKernels", "a/folder");
        assertThat(new Options().threads()).isEqualTo(5);
        assertThat(new Options().kernels()).isEqualTo(Options.Kernels.EAGER);
        assertThat(SystemOptions.vectorBits()).isEqualTo(256);
        assertThat(SystemOptions.dumpFolder()).isEqualTo(Path.of("a", "folder"));
    }

    @Test
    void valuesThatAreNotAllowedAreRefused() {
        System.setProperty("gradus.vectorBits", "300");
        assertThatThrownBy(SystemOptions::vectorBits)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the system property gradus.vectorBits must be 128, 256 or 512, got \"300\"");
        System.setProperty("gradus.kernels", "sometimes");
        assertThatThrownBy(Options::new)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the system property gradus.kernels must be never, background or eager, got \"sometimes\"");
    }
}
