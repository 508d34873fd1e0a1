package dev.gradus.cpu;

import dev.gradus.cpu.simd.KernelText;
import dev.gradus.engine.RandomKey;
import dev.gradus.engine.TaskMemory;
import dev.gradus.engine.Tensor;
import dev.gradus.expr.State;
import dev.gradus.program.Program;
import dev.gradus.program.Variant;
import dev.gradus.tensor.ElementType;
import dev.gradus.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.util.Locale;
import java.util.stream.Collectors;

/// The kernels of a program in readable form.
public final class Disassembly {
    private final StringBuilder text = new StringBuilder();

    private Disassembly() {}

    /// The kernels for a float32 parameter in memory on the heap, with states of the arithmetic type.
    ///
    /// @param bits the width of vectors
    public static String of(Program program, Shape shape, int bits) {
        Disassembly disassembly = new Disassembly();
        for (int i = 0; i < program.variants().size(); i++) {
            Variant variant = program.variants().get(i);
            VariantMemory memory = new VariantMemory(variant, variant.merged().merge(shape), new OnHeap(shape));
            for (int pass = 0; pass < variant.passes().size(); pass++) {
                if (program.variants().size() > 1) {
                    disassembly.line("variant %d, pass %d:", i, pass);
                } else {
                    disassembly.line("pass %d:", pass);
                }
                disassembly.pass(memory, pass, bits);
            }
        }
        return disassembly.text.toString();
    }

    private record OnHeap(Shape shape) implements TaskMemory {
        @Override
        public String name() {
            return "w";
        }

        @Override
        public Tensor theta() {
            return tensor(shape.elements());
        }

        @Override
        public Tensor state(State state) {
            return tensor(shape.elements(state.axes()));
        }

        @Override
        public RandomKey noise(String name) {
            return new RandomKey(name);
        }

        @Override
        public int placeOf(String hyperparameter) {
            return 0; // Nothing is run.
        }

        private static Tensor tensor(long elements) {
            return new Tensor(MemorySegment.ofArray(new float[Math.toIntExact(elements)]), ElementType.FLOAT32);
        }
    }

    private void pass(VariantMemory memory, int index, int bits) {
        KernelPlan plan = memory.pass(index).isFull() ? KernelPlan.of(memory, index, ElementType.FLOAT32, bits) : null;
        if (plan == null) {
            line("  interpreted");
            return;
        }
        String operands = plan.key().operands().stream()
                .map(operand -> memory.variant().operands().get(operand).toString())
                .collect(Collectors.joining(", "));
        text.append(KernelText.of(plan.key(), operands));
    }

    private void line(String format, Object... args) {
        text.append(String.format(Locale.ROOT, format, args)).append('\n');
    }
}
