package dev.gradus;

import dev.gradus.cpu.simd.KernelCache;
import dev.gradus.rule.Mask;
import dev.gradus.schedule.Schedule;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Updates parameters in place, step by step, by the rules of their groups.
///
/// The caller computes gradients and calls [#step()]. A parameter without a gradient is skipped entirely: its
/// values, states and step count stay. NaN and infinity in a gradient propagate into the values and states of
/// that parameter, and through reductions into others; a link that skips such steps can be put into the rule.
/// Gradients are read, never written, unless [#zeroGradients()] is called.
///
/// An optimizer serves one caller at a time, from any thread. States are outside of the heap until [#close()].
/// A method that takes a mask, or the name of a parameter, group, hyperparameter or state, throws an
/// [IllegalArgumentException] if there is none that matches; so does one that is given a value out of range, or
/// a schedule whose present value is. Nothing has changed then.
public final class Optimizer implements AutoCloseable {
    private final ExclusiveAccess access = new ExclusiveAccess();
    private final OptimizerContext context;
    private final ParameterRegistry registry;
    private final ParameterAdmission admission;
    private final StepListeners listeners = new StepListeners();
    private final StepScheduler scheduler;
    private final StateTransfer states;

    /// The step as one object: making a new one each time would leave garbage.
    private final Runnable step;

    private Optimizer(Options options, KernelCache kernels) {
        context = OptimizerContext.of(options, kernels);
        registry = new ParameterRegistry(context);
        admission = new ParameterAdmission(context, registry);
        scheduler = new StepScheduler(context, registry, listeners);
        states = new StateTransfer(context, registry, scheduler);
        step = scheduler::step;
    }

    /// An optimizer of the given groups.
    ///
    /// @throws IllegalArgumentException if two groups or parameters have the same name, parameters overlap in
    ///     memory, or a hyperparameter is unknown or out of range
    public static Optimizer of(ParameterGroup... groups) {
        return of(Arrays.asList(groups));
    }

    /// An optimizer of the given groups; none is allowed, they may be added later.
    public static Optimizer of(List<ParameterGroup> groups) {
        return of(new Options(), groups);
    }

    /// An optimizer of the given groups that runs as the options say.
    public static Optimizer of(Options options, ParameterGroup... groups) {
        return of(options, Arrays.asList(groups));
    }

    /// The same.
    public static Optimizer of(Options options, List<ParameterGroup> groups) {
        return of(options, groups, JvmKernels.CACHE);
    }

    /// An optimizer with a cache of kernels that not all optimizers of the JVM share.
    static Optimizer of(Options options, List<ParameterGroup> groups, KernelCache kernels) {
        Optimizer optimizer = new Optimizer(options, kernels);
        try {
            groups.forEach(optimizer::add);
        } catch (RuntimeException | Error e) {
            optimizer.close();
            throw e;
        }
        return optimizer;
    }

    /// Updates every parameter that has a gradient.
    ///
    /// The step is complete when this returns, also if the thread is interrupted meanwhile, whose mark stays set,
    /// or if an executor of the caller's rejects to help. Listeners are told afterwards; what one of them throws is
    /// thrown when the others have been told.
    ///
    /// If a part of the step fails, such as by memory that another thread frees, it is completed for all parameters
    /// that do not need that part. They count it, the others do not. Until parameters that may be updated in part
    /// are [loaded][#load], [reset][#reset] or [removed][#remove], there can be no other step.
    ///
    /// @throws IllegalArgumentException if a schedule gives a value out of range; nothing has changed then
    /// @throws IncompleteStepException if a part of the step failed; it says which parameters were updated
    /// @throws IllegalStateException if the optimizer is closed or in evaluation mode, a step is in progress on
    ///     another thread, memory of a parameter or gradient is no longer there, or a part of the step failed
    ///     before anything was updated; nothing has changed then
    public void step() {
        access.run(step);
    }

    /// Updates the parameters that are named, with the gradients given, which stay bound; all others are skipped
    /// and left without a gradient.
    ///
    /// @param gradients by parameter name, each in the parameter's own type
    /// @throws IllegalArgumentException if a gradient's size differs from the parameter's; nothing has changed then
    public void step(Map<String, MemorySegment> gradients) {
        access.run(() -> {
            registry.bindGradients(gradients);
            scheduler.step();
        });
    }

    /// Lets the rules react to one of their events, such as Sophia's `update_hessian`, with the gradients that are
    /// bound now. No clock advances.
    ///
    /// @throws IllegalArgumentException if no rule knows the event
    /// @throws IncompleteStepException as [#step()] does
    public void fire(String event) {
        access.run(() -> scheduler.fire(event));
    }

    /// Puts the parameters back, to the bit, that an event such as SAM's `perturb` has moved until the next step. A
    /// step that does not take place does so by itself.
    public void cancelEvent() {
        access.run(scheduler::cancelEvent);
    }

    /// Puts the weights that are to be evaluated in the parameters' place, where rules have such: averages, or the
    /// point that a schedule-free rule has found. Until [#train()] there can be no step. Does nothing in evaluation
    /// mode; refused where an event has moved parameters, see [#cancelEvent].
    ///
    /// @throws IncompleteStepException if it failed for some parameters: all that were updated count as updated in
    ///     part, because the mode stays what it was
    public void evaluate() {
        access.run(scheduler::evaluate);
    }

    /// Puts the weights that are trained back in their place. Does nothing except in evaluation mode.
    ///
    /// @throws IncompleteStepException as [#evaluate()] does
    public void train() {
        access.run(scheduler::train);
    }

    /// Whether the parameters hold the weights that are to be evaluated.
    public boolean isEvaluating() {
        return scheduler.isEvaluating();
    }

    /// Lets rows make the steps that they have missed, in groups with [exact rows][ParameterGroup#withExactRows()];
    /// [#evaluate()] does so by itself.
    public void catchUp() {
        access.run(() -> scheduler.whileTraining(scheduler::catchUp));
    }

    /// Leaves parameters out of all steps to come, as if they had no gradient; their states stay. Refused where an
    /// event has moved parameters, see [#cancelEvent].
    public void freeze(Mask mask) {
        access.run(() -> scheduler.whileSettled("freeze()", () -> registry.freeze(mask, true)));
    }

    /// Takes parameters into steps again; they go on where they were frozen, unless [#reset] is called.
    public void unfreeze(Mask mask) {
        access.run(() -> registry.freeze(mask, false));
    }

    /// Whether steps leave a parameter out.
    public boolean isFrozen(String parameter) {
        return registry.parameter(parameter).isFrozen();
    }

    /// Drops the states of parameters: they start again at step 1, with initial values at their present ones.
    /// Numbers that links share with other parameters stay.
    ///
    /// @throws IllegalStateException in evaluation mode, or if memory of a parameter is no longer there; nothing
    ///     has changed then
    public void reset(Mask mask) {
        access.run(() -> scheduler.whileTraining(() -> registry.reset(mask)));
    }

    /// Gives a state `link.state` of all parameters its initial value anew, at their present values: after weights
    /// were loaded, for rules that remember θ₀.
    public void recapture(String state) {
        access.run(() -> registry.recapture(state, registry.parameters().keySet()));
    }

    /// The same for some parameters, by name: their state begins anew, the others' stays.
    public void recapture(String state, Set<String> parameters) {
        access.run(() -> registry.recapture(state, parameters));
    }

    /// Fills all bound gradients with zeros.
    ///
    /// @throws IllegalStateException if one is read-only or its memory not there; nothing has changed then
    public void zeroGradients() {
        access.run(registry::zeroGradients);
    }

    /// Adds a group, whose parameters start at step 1.
    ///
    /// @throws IllegalArgumentException as [#of(ParameterGroup...)] does; nothing has changed then
    /// @throws IllegalStateException in evaluation mode
    public void add(ParameterGroup group) {
        access.run(() -> scheduler.whileTraining(() -> admission.add(group)));
    }

    /// Adds a parameter to a group, as [#add(ParameterGroup)] adds a group.
    public void add(String group, Parameter parameter) {
        access.run(() -> scheduler.whileTraining(() -> admission.add(group, parameter)));
    }

    /// Removes a parameter and frees its states; its values stay as they are.
    public void remove(String parameter) {
        access.run(() -> admission.remove(parameter));
    }

    /// Removes a group with all its parameters and frees their states.
    public void removeGroup(String name) {
        access.run(() -> admission.removeGroup(name));
    }

    /// The groups as they are now.
    public List<ParameterGroup> groups() {
        return registry.groups().values().stream()
                .map(TrainedGroup::toParameterGroup)
                .toList();
    }

    /// The number of completed updates.
    public long completed() {
        return context.updates().completed();
    }

    /// That of one parameter.
    public long completed(String parameter) {
        return registry.parameter(parameter).updates().completed();
    }

    /// The value of a hyperparameter that the next step will use.
    ///
    /// @param hyperparameter `link.name`, or the name alone where only one link has it
    public double get(String group, String hyperparameter) {
        return registry.group(group).hyperparameters().value(hyperparameter, completed());
    }

    /// All hyperparameters of a group by full name, with the values that the next step will use.
    public Map<String, Double> hyperparameters(String group) {
        return registry.group(group).hyperparameters().values(completed());
    }

    /// Changes a hyperparameter from the next step on; nothing is compiled.
    public void set(String group, String hyperparameter, double value) {
        set(group, hyperparameter, ParameterGroup.constant(group, hyperparameter, value));
    }

    /// Lets a hyperparameter follow a schedule from the next step on; nothing is compiled. A schedule that observes
    /// a metric has observed nothing yet, unless the hyperparameter follows an equal one already. Refused where a
    /// number that links share, such as Prodigy's d, would depend on values that differ between groups.
    public void set(String group, String hyperparameter, Schedule schedule) {
        access.run(() -> scheduler.set(group, hyperparameter, schedule));
    }

    /// Tells a metric, such as the loss of a validation, to all schedules that observe one, of whichever group.
    /// What follows from it holds from the next step on.
    ///
    /// @throws IllegalStateException if no hyperparameter follows such a schedule
    public void observe(double metric) {
        access.run(() -> {
            List<Runnable> effects = registry.observe(metric);
            scheduler.catchUp();
            effects.forEach(Runnable::run);
        });
    }

    /// All states: of parameters in the order of their names, of links, and the numbers that schedules remember.
    public List<StateView> states() {
        access.requireOpen();
        return states.views();
    }

    /// One state.
    ///
    /// @param name `parameter/link.state`, `/link.state` for one that all parameters of a link share, or
    ///     `group:name/hyperparameter.number` for what a schedule remembers
    public StateView state(String name) {
        access.requireOpen();
        return states.view(name);
    }

    /// Shows the whole state to a writer; no step happens meanwhile. What is shown is live memory and must not be
    /// used once the writer has returned: [OptimizerState#copy] makes a copy that lasts.
    ///
    /// @throws IllegalStateException if parameters may be updated in part, see [#step()]
    public <T extends @Nullable Object> T save(Function<OptimizerState, T> writer) {
        return access.get(() -> writer.apply(states.save()));
    }

    /// The reasons why a state cannot be loaded, a sentence each: none if it fits.
    public List<String> misfits(OptimizerState state) {
        return access.get(() -> states.misfits(state));
    }

    /// Loads what was saved: every parameter, state and count, to the bit. Rules, settings and formats of states
    /// must be those of the optimizer that was saved; parameters may have been given in another order. Where the
    /// state's memory turns out to be gone in the middle, such as that of a file that was shortened meanwhile, a
    /// state must be loaded again before there can be another step.
    ///
    /// @throws StateMismatchException listing all that is missing, unexpected, of another shape or stored in
    ///     another way; nothing has changed then
    public void load(OptimizerState state) {
        access.run(() -> states.load(state));
    }

    /// The same, for groups that get other settings with it: what overrides the rule's hyperparameters, as
    /// [ParameterGroup#settings()] has it. What is not in a group's settings becomes the rule's own.
    ///
    /// @param settings by the group's name; other groups keep theirs
    /// @throws StateMismatchException as [#load(OptimizerState)] does
    public void load(OptimizerState state, Map<String, Map<String, Schedule>> settings) {
        access.run(() -> states.load(state, settings));
    }

    /// Calls a listener after each step, once per group that had a gradient. Norms are computed only while there is
    /// a listener.
    public void listen(StepListener listener) {
        access.run(() -> {
            listeners.add(listener);
            admission.recompile(true);
        });
    }

    /// No longer calls a listener.
    public void forget(StepListener listener) {
        access.run(() -> {
            listeners.remove(listener);
            admission.recompile(!listeners.isEmpty());
        });
    }

    /// Frees all states. Closing again does nothing. Settings and step counts can still be read, everything else
    /// fails from now on.
    ///
    /// @throws IllegalStateException if a step is in progress; the optimizer stays open then
    @Override
    public void close() {
        access.close(admission::close);
    }
}
