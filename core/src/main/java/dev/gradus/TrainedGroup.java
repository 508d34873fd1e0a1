package dev.gradus;

import dev.gradus.rule.Rule;
import dev.gradus.tensor.Shape;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A parameter group in training: its rule, its hyperparameters, and its parameters in the order in which they
/// were given.
final class TrainedGroup {
    private final String name;
    private final Rule rule;
    private final TrainingFormat format;
    private final OptimizerContext context;
    private final GroupClock clock;
    private final Hyperparameters hyperparameters;
    private final CompiledRules compiled = new CompiledRules();
    private final List<TrainedParameter> parameters = new ArrayList<>();
    private TrainedParameter @Nullable [] byName;

    TrainedGroup(ParameterGroup from, OptimizerContext context) {
        this.name = from.name();
        this.rule = from.rule();
        this.format = new TrainingFormat(from.stateFormat(), from.keepsMasterWeights(), from.hasExactRows());
        this.context = context;
        this.clock = new GroupClock(context.updates());
        this.hyperparameters = new Hyperparameters(name, from.settings());
    }

    String name() {
        return name;
    }

    Rule rule() {
        return rule;
    }

    Hyperparameters hyperparameters() {
        return hyperparameters;
    }

    /// In the order in which they were given.
    List<TrainedParameter> parameters() {
        return parameters;
    }

    /// In the order of their names.
    TrainedParameter[] byName() {
        if (byName == null) {
            byName = parameters.stream()
                    .sorted(Comparator.comparing(TrainedParameter::name))
                    .toArray(TrainedParameter[]::new);
        }
        return byName;
    }

    /// Adds a parameter; its states have to be [initialised][StateInitializer#initialise].
    ///
    /// @throws IllegalArgumentException if the rule is not for such a parameter, or a hyperparameter has another
    ///     value for other parameters
    TrainedParameter add(Parameter parameter) {
        CompiledRule compiledRule = compile(parameter.name(), parameter.shape());
        StateStore states = new StateStore(parameter, compiledRule, format, hyperparameters, context.scalars());
        try {
            TrainedParameter added = new TrainedParameter(
                    parameter,
                    context.processor(),
                    compiledRule,
                    new ParameterMemory(parameter, context.values()),
                    states,
                    new ParameterInputs(hyperparameters, clock, new UpdateCount(), states));
            parameters.add(added);
            changed();
            return added;
        } catch (RuntimeException | Error e) {
            states.close();
            throw e;
        }
    }

    private CompiledRule compile(String parameter, Shape shape) {
        CompiledRule known = compiled.find(parameter, shape);
        if (known != null) {
            return known;
        }
        CompiledRule made = new CompiledRule(rule, parameter, shape);
        hyperparameters.declare(made.step().hyperparameters());
        made.events().values().forEach(event -> hyperparameters.declare(event.hyperparameters()));
        compiled.add(made, parameter, shape);
        return made;
    }

    /// Removes parameters, which are not closed by that.
    void remove(Collection<TrainedParameter> removed) {
        parameters.removeAll(new HashSet<>(removed));
        changed();
    }

    /// Brings the parameters into another order.
    void sort(Comparator<TrainedParameter> order) {
        parameters.sort(order);
        changed();
    }

    /// The first parameter is a clock.
    private void changed() {
        byName = null;
        clock.follow(parameters.isEmpty() ? null : parameters.getFirst().updates());
    }

    ParameterGroup toParameterGroup() {
        return new ParameterGroup(
                name,
                parameters.stream().map(TrainedParameter::parameter).toList(),
                rule,
                hyperparameters.given(),
                format.states(),
                format.keepsMasterWeights(),
                format.hasExactRows());
    }
}
