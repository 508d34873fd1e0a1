package dev.gradus;

import dev.gradus.cpu.Processor;
import dev.gradus.cpu.Task;
import dev.gradus.expr.Expr;
import dev.gradus.expr.State;
import dev.gradus.tensor.Shape;
import java.util.List;

/// Gives the states of a parameter their initial values, which may depend on the parameter's present values and
/// on hyperparameters.
record StateInitializer(
        Processor processor, CompiledRule rule, Shape shape, StateStore states, ParameterInputs inputs) {

    /// Initialises all new states.
    void initialise() {
        compute(states.fresh());
    }

    /// Initialises a state anew.
    ///
    /// @return whether there is such a state
    boolean recapture(String name) {
        State state = states.find(name);
        if (state != null) {
            recapture(List.of(state));
        }
        return state != null;
    }

    /// Initialises all states anew that the parameter does not share.
    void recaptureOwn() {
        recapture(states.own());
    }

    private void recapture(List<State> some) {
        some.stream().filter(state -> state.initial() == Expr.ZERO).forEach(states::zero);
        compute(some);
    }

    /// Computes initial values that are not zero, as memory is already.
    private void compute(List<State> some) {
        List<State> notZero =
                some.stream().filter(state -> state.initial() != Expr.ZERO).toList();
        if (!notZero.isEmpty()) {
            Task task = processor.bind(rule.initialProgram(notZero), shape, states);
            processor.begin(task, null, inputs);
            processor.run(task);
            states.writeNumbers(task.status());
        }
    }
}
