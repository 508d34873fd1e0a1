package dev.gradus.cpu;

import dev.gradus.cpu.simd.VectorApi;
import dev.gradus.cpu.simd.KernelWriter;
import dev.gradus.cpu.simd.Kernels;
import dev.gradus.engine.RandomKey;
import dev.gradus.engine.TaskMemory;
import dev.gradus.engine.Tensor;
import dev.gradus.expr.State;
import dev.gradus.program.Pass;
import dev.gradus.program.Program;
import dev.gradus.program.Variant;
import dev.gradus.tensor.ElementType;
import dev.gradus.tensor.Shape;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeElement;
import java.lang.classfile.Instruction;
import java.lang.classfile.Label;
import java.lang.classfile.MethodModel;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LabelTarget;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/// The kernels of a program in readable form: the calls of the Vector API in the order in which each makes
/// them.
public final class Disassembly {
    /// Where the machine prefers none.
    private static final int BITS = 512;

    private final StringBuilder text = new StringBuilder();

    private Disassembly() {}

    /// The kernels for a float32 parameter in memory on the heap, with states of the arithmetic type.
    public static String of(Program program, Shape shape) {
        Disassembly disassembly = new Disassembly();
        int bits = VectorApi.bits().orElse(BITS);
        Simd<float[]> simd = new Simd<>(new FloatBlocks(), new Workspace(), ElementType.FLOAT32, bits, false);
        for (int i = 0; i < program.variants().size(); i++) {
            Variant variant = program.variants().get(i);
            BoundVariant binding = new BoundVariant(variant, shape, shape, new OnHeap(shape));
            for (int pass = 0; pass < variant.passes().size(); pass++) {
                if (program.variants().size() > 1) {
                    disassembly.line("variant %d, pass %d:", i, pass);
                } else {
                    disassembly.line("pass %d:", pass);
                }
                disassembly.pass(simd, binding, pass, bits);
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

    private void pass(Simd<float[]> simd, BoundVariant binding, int index, int bits) {
        Pass pass = binding.variant.passes().get(index);
        Kernels.Key key = pass.isFull() ? simd.key(binding, index) : null;
        if (key == null) {
            line("  interpreted");
            return;
        }
        byte[] bytes = KernelWriter.write(key).orElse(null);
        if (bytes == null) {
            line("  interpreted: too long for a method of Java");
            return;
        }
        String operands = key.operands().stream()
                .map(operand -> binding.variant.operands().get(operand).toString())
                .collect(Collectors.joining(", "));
        line("  a class of %d bytes for vectors of %d bits; in memory: %s", bytes.length, bits, operands);
        ClassModel model = ClassFile.of().parse(bytes);
        for (MethodModel method : model.methods()) {
            if (method.methodName().equalsString("run")) {
                method.code().ifPresent(code -> code(code.elementList()));
            }
        }
    }

    /// Calls, one after the other, with loops set off; what moves operands is left out.
    private void code(List<CodeElement> elements) {
        Set<Label> loops = new HashSet<>();
        Set<Label> seen = new HashSet<>();
        for (CodeElement element : elements) {
            if (element instanceof LabelTarget target) {
                seen.add(target.label());
            } else if (element instanceof BranchInstruction branch && seen.contains(branch.target())) {
                loops.add(branch.target());
            }
        }
        List<String> calls = new ArrayList<>();
        int depth = 1;
        for (CodeElement element : elements) {
            if (element instanceof LabelTarget target && loops.contains(target.label())) {
                flush(calls, depth);
                line("%srepeat", "  ".repeat(depth++));
            } else if (element instanceof BranchInstruction branch && loops.contains(branch.target())) {
                flush(calls, depth--);
            } else if (element instanceof Instruction && element instanceof InvokeInstruction call) {
                String owner = call.owner().asInternalName();
                if (owner.startsWith("jdk/incubator/vector/")) {
                    calls.add(owner.substring(owner.lastIndexOf('/') + 1) + "." + call.name());
                }
            }
        }
        flush(calls, depth);
    }

    private void flush(List<String> calls, int depth) {
        int width = 100;
        StringBuilder row = new StringBuilder();
        for (String call : calls) {
            if (row.length() > width) {
                line("%s%s", "  ".repeat(depth), row);
                row.setLength(0);
            }
            row.append(row.isEmpty() ? "" : "  ").append(call);
        }
        if (!row.isEmpty()) {
            line("%s%s", "  ".repeat(depth), row);
        }
        calls.clear();
    }

    private void line(String format, Object... args) {
        text.append(String.format(Locale.ROOT, format, args)).append('\n');
    }
}
