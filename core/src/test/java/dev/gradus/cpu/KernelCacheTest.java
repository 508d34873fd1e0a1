package dev.gradus.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.gradus.cpu.simd.KernelCache;
import dev.gradus.cpu.simd.KernelUse;
import dev.gradus.cpu.simd.VectorApi;
import dev.gradus.rules.Rules;
import dev.gradus.tensor.ElementType;
import dev.gradus.tensor.Shape;
import java.lang.classfile.ClassFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KernelCacheTest {
    @BeforeAll
    static void thereIsAVectorApi() {
        assumeThat(VectorApi.bits()).isPresent();
    }

    @Test
    void cachesShareNothingAndKernelsAreCompiledOnceInEach() {
        try (KernelCache one = new KernelCache(null);
                KernelCache other = new KernelCache(null)) {
            run(one, 256);
            long compiled = one.compiled();
            assertThat(compiled).isPositive().isEqualTo(one.activations());
            assertThat(other.compiled()).isZero();
            run(one, 256);
            assertThat(one.compiled()).isEqualTo(compiled);
            run(one, 128);
            assertThat(one.compiled()).as("another width").isEqualTo(2 * compiled);
            assertThat(one.fallBacks()).isZero();
        }
    }

    @Test
    void classFilesAreDumpedIntoAFolder(@TempDir Path folder) throws Exception {
        Path classes = folder.resolve("kernels");
        try (KernelCache kernels = new KernelCache(classes)) {
            run(kernels, VectorApi.PREFERRED);
            try (Stream<Path> files = Files.list(classes)) {
                List<Path> all = files.toList();
                assertThat(all).hasSize((int) kernels.compiled()).isNotEmpty();
                for (Path file : all) {
                    assertThat(ClassFile.of().parse(file).thisClass().asInternalName())
                            .endsWith("/GeneratedKernel");
                }
            }
        }
    }

    private static void run(KernelCache kernels, int bits) {
        TaskRun compiled = new TaskRun(Rules.lamb(), Shape.of(40, 64), false);
        ParameterBench bench = new ParameterBench("w", compiled.trace, ElementType.FLOAT32, null);
        assertThat(compiled.run(bench, new KernelUse(kernels, bits, true), 2)).isNotEmpty();
    }
}
