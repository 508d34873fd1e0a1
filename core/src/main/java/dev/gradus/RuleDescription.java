package dev.gradus;

import dev.gradus.cpu.Disassembly;
import dev.gradus.expr.State;
import dev.gradus.expr.State.Scope;
import dev.gradus.program.Listing;
import dev.gradus.program.Program;
import dev.gradus.rule.Rule;
import dev.gradus.rule.Trace;
import dev.gradus.rule.Trace.HyperUse;
import dev.gradus.tensor.ElementType;
import dev.gradus.tensor.Shape;
import java.util.List;

/// What a rule is, does and needs for a parameter of a given shape, without running it.
///
/// @param states in the order in which the rule meets them
/// @param hyperparameters besides the learning rate, by full name
/// @param readsTheta whether the step depends on the parameter in any other way than by adding to it
/// @param reducesOverAllParameters whether a step of one parameter depends on others
/// @param program the lowered program in readable form
public record RuleDescription(
        List<State> states,
        List<HyperUse> hyperparameters,
        boolean readsTheta,
        boolean reducesOverAllParameters,
        String program) {

    /// Describes a rule for parameters like the one given.
    public static RuleDescription of(Rule rule, String parameterName, Shape shape) {
        Trace trace = Trace.of(rule, parameterName, shape);
        Program program = Program.of(trace, false);
        return new RuleDescription(
                trace.states(),
                trace.hyperparameters(),
                program.readsTheta(),
                program.reducesOverAllParameters(),
                Listing.of(program));
    }

    /// What passes are compiled to for a float32 parameter: the calls of the Vector API, as a text. It can be shown
    /// where the running JVM lacks the Vector API, too; then it is for vectors of 512 bits.
    public static String kernels(Rule rule, String parameterName, Shape shape) {
        return Disassembly.of(Program.of(Trace.of(rule, parameterName, shape), false), shape, JvmKernels.vectorBits());
    }

    /// The size in bytes of everything that an optimizer allocates for one parameter by default: all states in the
    /// arithmetic type, and the float32 copy of a 16-bit parameter.
    public long memoryBytes(Shape shape, ElementType type) {
        long master = type.isHalf() ? shape.elements() * type.arithmetic().bytes() : 0;
        return master + stateBytes(shape, type, StateFormat.ARITHMETIC);
    }

    /// The size in bytes of all states of one parameter in a format.
    public long stateBytes(Shape shape, ElementType type, StateFormat format) {
        long bytes = 0;
        for (State state : states) {
            if (!state.axes().isHost()) {
                long elements = shape.elements(state.axes());
                bytes += format.typeOf(state, type.arithmetic(), elements).bytes(elements);
            } else if (state.scope() == Scope.PARAMETER) {
                bytes += Double.BYTES;
            }
        }
        return bytes;
    }
}
