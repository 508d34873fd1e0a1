package dev.gradus.cpu;

import dev.gradus.program.Pass;
import dev.gradus.program.Program;
import dev.gradus.program.Variant;
import java.util.List;

/// A program as this machine runs it: how the stages of its variants may be divided over threads. It is made once and
/// shared by all parameters that run the program.
public final class CpuProgram {
    private final Program program;
    private final List<CutVariant> variants;

    public CpuProgram(Program program) {
        this.program = program;
        this.variants = program.variants().stream().map(CutVariant::of).toList();
    }

    public Program program() {
        return program;
    }

    List<CutVariant> variants() {
        return variants;
    }

    /// A variant, cut for threads.
    ///
    /// @param divisions of each stage
    /// @param writes for each stage, whether it writes to the parameter or its states
    /// @param toNumber for each pass, whether it reduces to a number
    /// @param keepsScratch whether stages leave each other values of the parameter's own shape
    record CutVariant(
            Variant variant, Division[] divisions, boolean[] writes, boolean[] toNumber, boolean keepsScratch) {
        static CutVariant of(Variant variant) {
            int stages = variant.stages().size();
            Division[] divisions = new Division[stages];
            boolean[] writes = new boolean[stages];
            for (int i = 0; i < stages; i++) {
                divisions[i] = Division.of(variant.stages().get(i), variant.passes(), variant.reductions());
                writes[i] = variant.writes(variant.stages().get(i));
            }
            boolean[] toNumber = new boolean[variant.passes().size()];
            for (int i = 0; i < toNumber.length; i++) {
                Pass pass = variant.passes().get(i);
                toNumber[i] = pass.reducesToNumber(variant.reductions());
            }
            return new CutVariant(variant, divisions, writes, toNumber, variant.keepsScratch());
        }
    }
}
