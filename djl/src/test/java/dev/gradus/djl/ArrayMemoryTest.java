package dev.gradus.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.nn.core.Embedding;
import ai.djl.training.GradientCollector;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Proxy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ArrayMemoryTest {
    @Test
    void whatIsWrittenToTheViewIsInTheArray() {
        try (NDManager manager = NDManager.newBaseManager(Device.cpu())) {
            NDArray array = manager.zeros(new Shape(2, 3));
            MemorySegment memory = ArrayMemory.of("x", array);

            memory.setAtIndex(ValueLayout.JAVA_FLOAT, 5, 7);

            assertThat(array.getFloat(1, 2)).isEqualTo(7);
            assertThat(memory.byteSize()).isEqualTo(24);
            assertThat(memory.address() % 64).isZero();
            assertThat(ArrayMemory.of("x", array).address()).isEqualTo(memory.address());
        }
    }

    @Test
    void aSliceOfAnArrayIsContiguous() {
        try (NDManager manager = NDManager.newBaseManager(Device.cpu())) {
            NDArray array = manager.zeros(new Shape(4, 3));
            ArrayMemory.of("x", array.get("1:3")).setAtIndex(ValueLayout.JAVA_FLOAT, 0, 7);

            assertThat(array.getFloat(1, 0)).isEqualTo(7);
        }
    }

    @Test
    void aCopyIsRefused() {
        try (NDManager manager = NDManager.newBaseManager(Device.cpu())) {
            NDArray transposed = manager.zeros(new Shape(2, 3)).transpose();

            assertThatIllegalArgumentException()
                    .isThrownBy(() -> ArrayMemory.of("parameter w", transposed))
                    .withMessageStartingWith("parameter w is not contiguous in memory");
        }
    }

    @Test
    void aSparseGradientIsRefused() {
        try (NDManager manager = NDManager.newBaseManager(Device.cpu())) {
            NDArray table = manager.ones(new Shape(5, 3));
            table.setRequiresGradient(true);
            try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
                collector.backward(Embedding.embedding(manager.create(new long[] {1, 3}), table, SparseFormat.COO)
                        .singletonOrThrow()
                        .sum());
            }
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> ArrayMemory.of("the gradient of parameter w", table.getGradient()))
                    .withMessage("the gradient of parameter w is sparse (COO): only dense arrays are supported");
        }
    }

    @Test
    void anotherDeviceIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ArrayMemory.of("parameter w", described(Device.gpu(1), DataType.FLOAT32, 3)))
                .withMessageStartingWith("parameter w is on gpu(1), but Gradus updates arrays in the CPU's memory");
    }

    /// DJL ends the JVM on the first of these.
    @ParameterizedTest
    @EnumSource(names = {"BFLOAT16", "INT32", "BOOLEAN"})
    void anotherTypeIsRefused(DataType type) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ArrayMemory.of("parameter w", described(Device.cpu(), type, 3)))
                .withMessage("parameter w must be FLOAT32, FLOAT64 or FLOAT16 to be trained here, got " + type);
    }

    @Test
    void moreThanABufferCanHoldIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ArrayMemory.of("parameter w", described(Device.cpu(), DataType.FLOAT32, 1L << 29)))
                .withMessage(
                        "parameter w (536870912) has 2147483648 bytes: DJL gives access to the memory of arrays of "
                                + "less than 2 GiB only");
    }

    /// An array that cannot be made here, or not cheaply; asking it for its memory would fail the test.
    private static NDArray described(Device device, DataType type, long size) {
        return (NDArray) Proxy.newProxyInstance(
                NDArray.class.getClassLoader(),
                new Class<?>[] {NDArray.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "getDevice" -> device;
                    case "getDataType" -> type;
                    case "getSparseFormat" -> SparseFormat.DENSE;
                    case "getShape" -> new Shape(size);
                    case "size" -> size;
                    default -> throw new AssertionError(method);
                });
    }
}
