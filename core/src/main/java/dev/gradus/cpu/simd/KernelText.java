package dev.gradus.cpu.simd;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeElement;
import java.lang.classfile.Instruction;
import java.lang.classfile.Label;
import java.lang.classfile.MethodModel;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LabelTarget;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// A kernel in readable form: the calls of the Vector API in the order in which it makes them.
public final class KernelText {
    private final StringBuilder text = new StringBuilder();

    private KernelText() {}

    /// The text of a kernel.
    ///
    /// @param operands the names of the operands in memory
    public static String of(KernelKey key, String operands) {
        KernelText kernel = new KernelText();
        byte[] bytes = KernelWriter.write(key).orElse(null);
        if (bytes == null) {
            kernel.line("  interpreted: too long for a method of Java");
        } else {
            kernel.line(
                    "  a class of %d bytes for vectors of %d bits; in memory: %s", bytes.length, key.bits(), operands);
            kernel.methods(ClassFile.of().parse(bytes));
        }
        return kernel.text.toString();
    }

    private void methods(ClassModel model) {
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
