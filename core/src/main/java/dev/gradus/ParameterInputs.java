package dev.gradus;

import dev.gradus.engine.TaskInputs;
import dev.gradus.expr.Clock;
import dev.gradus.expr.State;

/// What the host code of a parameter's next step depends on: hyperparameters, clocks and states with one
/// number.
final class ParameterInputs implements TaskInputs {
    private final Hyperparameters hyperparameters;
    private final GroupClock clock;
    private final UpdateCount own;
    private final StateStore states;

    /// @param clock of the parameter's group
    /// @param own the parameter's updates
    ParameterInputs(Hyperparameters hyperparameters, GroupClock clock, UpdateCount own, StateStore states) {
        this.hyperparameters = hyperparameters;
        this.clock = clock;
        this.own = own;
        this.states = states;
    }

    /// The parameter's updates.
    UpdateCount own() {
        return own;
    }

    /// @throws IllegalArgumentException if a hyperparameter that depends on the parameter's updates is out of range
    void requireInRange() {
        hyperparameters.requireInRange(own.completed());
    }

    @Override
    public double hyper(int place) {
        return hyperparameters.value(place, own.completed());
    }

    @Override
    public double step(Clock of) {
        return switch (of) {
            case OWN -> own.completed() + 1;
            case GROUP_FIRST -> clock.first() + 1;
            case OPTIMIZER -> clock.optimizer() + 1;
        };
    }

    @Override
    public double number(State state) {
        return states.scalar(state).value();
    }

    /// The inputs of steps that are over, one after the other.
    Past past() {
        return new Past();
    }

    /// The inputs of a step that is over. States with one number have not changed since: a rule that writes one
    /// cannot repeat steps.
    final class Past implements TaskInputs {
        private long step;

        /// Goes to another step.
        ///
        /// @param ownStep the parameter's, from 1
        void goTo(long ownStep) {
            step = ownStep;
        }

        /// The optimizer's updates before the step, if none of them left the parameter out.
        private long optimizerBefore() {
            return Math.max(0, clock.optimizer() - own.completed() + step - 1);
        }

        @Override
        public double hyper(int place) {
            return hyperparameters.valueAt(place, optimizerBefore(), step - 1);
        }

        @Override
        public double step(Clock of) {
            return switch (of) {
                case OWN, GROUP_FIRST -> step;
                case OPTIMIZER -> optimizerBefore() + 1;
            };
        }

        @Override
        public double number(State state) {
            return states.scalar(state).value();
        }
    }
}
