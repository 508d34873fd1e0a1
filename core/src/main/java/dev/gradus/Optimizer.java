package dev.gradus;

import dev.gradus.OptimizerState.ParameterState;
import dev.gradus.cpu.Task;
import dev.gradus.cpu.WorkerPool;
import dev.gradus.expr.State;
import dev.gradus.rule.Mask;
import dev.gradus.rule.Rule;
import dev.gradus.rule.Spelling;
import dev.gradus.rule.Step;
import dev.gradus.schedule.Schedule;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Updates parameters in place, step by step, by the rules of their groups.
///
/// The caller computes gradients and calls [#step()]. A parameter without a gradient is skipped entirely: its
/// values, states and step count stay. NaN and infinity in a gradient propagate into the values and states of
/// that parameter, and through reductions into others; a link that skips such steps can be put into the rule.
/// Gradients are read, never written, unless [#zeroGradients()] is called.
///
/// An optimizer serves one caller at a time, from any thread. States are kept outside of the heap until
/// [#close()].
public final class Optimizer implements AutoCloseable {
    private final WorkerPool team;
    private final Map<String, TrainedGroup> groups = new LinkedHashMap<>();
    private final Map<String, TrainedParameter> byName = new LinkedHashMap<>();
    private final Map<Object, TrainedParameter.Scalar> shared = new HashMap<>();
    private final List<StepListener> listeners = new ArrayList<>();
    private final AtomicBoolean busy = new AtomicBoolean();
    private final Counter counter = new Counter();

    /// The step as one object: making a new one each time would leave garbage.
    private final Runnable step = this::stepNow;

    /// The groups once more, for steps that must not allocate.
    private TrainedGroup[] groupList = {};

    /// All members by name, and what their steps combine.
    private TrainedParameter[] members = {};

    private CrossReductions totals = new CrossReductions(List.of());
    private ValueMemory valueMemory = new ValueMemory(Stream.of());
    private final Map<String, CrossReductions> eventTotals = new HashMap<>();
    private boolean isEvaluating;
    private volatile boolean closed;

    /// The number of completed updates, as the groups see it.
    static final class Counter {
        long completed;
    }

    private record SharedKey(Object link, String state) {}

    private Optimizer(Options options) {
        team = new WorkerPool(
                options.threads(),
                options.executor(),
                options.kernels() != Options.Kernels.NEVER,
                options.kernels() == Options.Kernels.EAGER);
    }

    /// An optimizer of the given groups.
    ///
    /// @throws IllegalArgumentException if two groups or parameters have the same name, parameters overlap
    ///     in memory, or a hyperparameter is unknown or out of range
    public static Optimizer of(ParameterGroup... groups) {
        return of(Arrays.asList(groups));
    }

    /// An optimizer of the given groups; none is allowed, they may be added later.
    ///
    /// @throws IllegalArgumentException as [#of(ParameterGroup...)] does
    public static Optimizer of(List<ParameterGroup> groups) {
        return of(new Options(), groups);
    }

    /// An optimizer of the given groups that runs as the options say.
    ///
    /// @throws IllegalArgumentException as [#of(ParameterGroup...)] does
    public static Optimizer of(Options options, ParameterGroup... groups) {
        return of(options, Arrays.asList(groups));
    }

    /// An optimizer of the given groups that runs as the options say.
    ///
    /// @throws IllegalArgumentException as [#of(ParameterGroup...)] does
    public static Optimizer of(Options options, List<ParameterGroup> groups) {
        Optimizer optimizer = new Optimizer(options);
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
    /// If a part of the step fails, such as by memory that another thread frees, it is completed for all
    /// parameters that do not need that part. They count it, the others do not. Until parameters that may be
    /// updated in part are [loaded][#load], [reset][#reset] or [removed][#remove], there can be no other step.
    ///
    /// @throws IllegalArgumentException if a schedule gives a value out of range; nothing has changed then
    /// @throws IncompleteStepException if a part of the step failed; it says which parameters were updated
    /// @throws IllegalStateException if the optimizer is closed or in evaluation mode, a step is in progress
    ///     on another thread, memory of a parameter or gradient is no longer there, or a part of the step failed
    ///     before anything was updated; nothing has changed then
    public void step() {
        exclusively(step);
    }

    private void stepNow() {
        requireWhole();
        requireTraining();
        if (activate() == 0) {
            return;
        }
        for (TrainedGroup group : groupList) {
            group.evaluate(counter.completed);
        }
        for (TrainedParameter member : members) {
            if (member.active) {
                member.group.evaluatePerParameter(member.completed);
            }
        }
        for (TrainedParameter member : members) {
            if (member.active && member.parameter.rowGradient() == null) {
                member.catchUp(team);
            }
        }
        totals.run(members, TrainedParameter::step, team);
        boolean tookPlace = false;
        for (TrainedParameter member : members) {
            if (member.active) {
                tookPlace |= member.complete(member.step());
            }
        }
        counter.completed += tookPlace ? 1 : 0;
        StepResult.requireComplete("the step", members, TrainedParameter::step);
        if (!listeners.isEmpty()) {
            forEach(groups.values(), this::report);
        }
    }

    /// Updates the parameters that are named, with the gradients given, which stay bound; all others are
    /// skipped and left without a gradient.
    ///
    /// @param gradients by parameter name, each in the parameter's own type
    /// @throws IllegalArgumentException if a name is unknown or a gradient's size differs from the
    ///     parameter's; nothing has changed then
    /// @throws IncompleteStepException as [#step()] does
    /// @throws IllegalStateException as [#step()] does
    public void step(Map<String, MemorySegment> gradients) {
        exclusively(() -> {
            gradients.forEach((name, gradient) -> {
                long expected = member(name).parameter.values().byteSize();
                if (gradient.byteSize() != expected) {
                    throw new IllegalArgumentException("parameter " + name + ": its gradient must have " + expected
                            + " bytes, got " + gradient.byteSize());
                }
            });
            for (TrainedParameter member : members) {
                MemorySegment gradient = gradients.get(member.parameter.name());
                if (gradient == null) {
                    member.parameter.withoutGradient();
                } else {
                    member.parameter.gradient(gradient);
                }
            }
            stepNow();
        });
    }

    /// Lets the rules react to one of their events, such as Sophia's `update_hessian`, with the gradients
    /// that are bound now. No clock advances.
    ///
    /// @throws IllegalArgumentException if no rule knows the event
    /// @throws IncompleteStepException as [#step()] does
    public void fire(String event) {
        Set<String> known = new TreeSet<>();
        groups.values().forEach(group -> known.addAll(group.rule.events()));
        if (!known.contains(event)) {
            throw new IllegalArgumentException(
                    "no rule knows the event \"" + event + "\": " + Spelling.help(event, known));
        }
        if (event.equals(Rule.EVALUATE)) {
            evaluate();
        } else if (event.equals(Rule.TRAIN)) {
            train();
        } else {
            exclusively(() -> {
                requireWhole();
                requireTraining();
                fireNow(event, false);
            });
        }
    }

    /// Puts the weights that are to be evaluated in the parameters' place, where rules keep such: averages,
    /// or the point that a schedule-free rule has found. Until [#train()] there can be no step. Does nothing
    /// in evaluation mode.
    ///
    /// @throws IncompleteStepException if it failed for some parameters: all that were updated count as updated in
    ///     part, because the mode stays what it was
    public void evaluate() {
        exclusively(() -> {
            if (!isEvaluating) {
                catchUpNow();
                fireNow(Rule.EVALUATE, true);
                isEvaluating = true;
            }
        });
    }

    /// Lets rows make the steps that they have missed, in groups with
    /// [exact rows][ParameterGroup#withExactRows()]; [#evaluate()] does so by itself.
    public void catchUp() {
        exclusively(() -> {
            requireTraining();
            catchUpNow();
        });
    }

    private void catchUpNow() {
        requireWhole();
        for (TrainedParameter member : members) {
            member.catchUp(team);
        }
    }

    /// Puts the weights that are trained back in their place. Does nothing except in evaluation mode.
    ///
    /// @throws IncompleteStepException as [#evaluate()] does
    public void train() {
        exclusively(() -> {
            if (isEvaluating) {
                requireWhole();
                fireNow(Rule.TRAIN, true);
                isEvaluating = false;
            }
        });
    }

    /// Whether the parameters hold the weights that are to be evaluated, see [#evaluate()].
    public boolean isEvaluating() {
        return isEvaluating;
    }

    private void requireTraining() {
        if (isEvaluating) {
            throw new IllegalStateException("the optimizer is in evaluation mode: call train() first");
        }
    }

    /// Refuses to build on what failed.
    private void requireWhole() {
        for (TrainedParameter member : members) {
            if (member.isPartlyUpdated) {
                throw new IllegalStateException("parameters that may be updated in part, because a step or load failed,"
                        + " must be loaded, reset or removed first: "
                        + Arrays.stream(members)
                                .filter(each -> each.isPartlyUpdated)
                                .map(TrainedParameter::name)
                                .collect(Collectors.joining(", ")));
            }
        }
    }

    private void fireNow(String event, boolean isMode) {
        boolean any = false;
        for (TrainedParameter member : members) {
            member.active = member.group.rule.events().contains(event)
                    && (isMode || !member.isFrozen)
                    && (member.parameter.hasGradient() || !member.event(event).readsGradient());
            boolean readsGradient = member.active && member.event(event).readsGradient();
            if (readsGradient && member.parameter.rowGradient() != null) {
                throw new IllegalStateException("parameter " + member.parameter.name() + " has a gradient of rows, but "
                        + event + " needs one of the whole parameter");
            }
            if (member.active) {
                member.bindGradient(valueMemory);
                any = true;
            }
        }
        if (any) {
            CrossReductions.Programs programs = member -> member.event(event);
            eventTotals.computeIfAbsent(event, this::totalsOf).run(members, programs, team);
            for (TrainedParameter member : members) {
                if (member.active) {
                    boolean ignored = member.complete(programs.of(member));
                }
            }
            try {
                StepResult.requireComplete("the event " + event, members, programs);
            } catch (IncompleteStepException e) {
                if (isMode) {
                    e.updated().forEach(name -> member(name).isPartlyUpdated = true);
                }
                throw e;
            }
        }
    }

    /// Leaves parameters out of all steps to come, as if they had no gradient; their states stay.
    ///
    /// @throws IllegalArgumentException if no parameter matches
    public void freeze(Mask mask) {
        exclusively(() -> matching(mask).forEach(member -> member.isFrozen = true));
    }

    /// Takes parameters into steps again; they go on where they were frozen, unless [#reset] is called.
    ///
    /// @throws IllegalArgumentException if no parameter matches
    public void unfreeze(Mask mask) {
        exclusively(() -> matching(mask).forEach(member -> member.isFrozen = false));
    }

    /// Whether steps leave a parameter out.
    ///
    /// @throws IllegalArgumentException if there is no such parameter
    public boolean isFrozen(String parameter) {
        return member(parameter).isFrozen;
    }

    /// Drops the states of parameters: they start again at step 1, with initial values at their present ones.
    /// Numbers that links share with other parameters stay.
    ///
    /// @throws IllegalArgumentException if no parameter matches
    /// @throws IllegalStateException in evaluation mode, or if memory of a parameter is no longer there;
    ///     nothing has changed then
    public void reset(Mask mask) {
        exclusively(() -> {
            requireTraining();
            List<TrainedParameter> matching = matching(mask);
            matching.forEach(TrainedParameter::requireValuesAccessible);
            matching.forEach(member -> member.reset(team));
        });
    }

    private List<TrainedParameter> matching(Mask mask) {
        List<TrainedParameter> matching = Arrays.stream(members)
                .filter(member -> mask.matches(member.parameter.name(), member.parameter.shape()))
                .toList();
        if (matching.isEmpty()) {
            throw new IllegalArgumentException(
                    "no parameter matches " + mask + ": there are " + String.join(", ", byName.keySet()));
        }
        return matching;
    }

    private CrossReductions totalsOf(String event) {
        List<Task> executions = Arrays.stream(members)
                .map(m -> m.group.rule.events().contains(event) ? m.event(event) : m.wholeStep())
                .toList();
        return new CrossReductions(executions);
    }

    /// Fills all bound gradients with zeros.
    ///
    /// @throws IllegalStateException if one is read-only or its memory not there; nothing has changed then
    public void zeroGradients() {
        exclusively(() -> {
            for (TrainedParameter member : members) {
                member.requireWritableGradient();
            }
            for (TrainedParameter member : members) {
                member.zeroGradient();
            }
        });
    }

    /// Tells a metric, such as the loss of a validation, to all schedules that observe one, of whichever group. What
    /// follows from it holds from the next step on.
    ///
    /// @throws IllegalStateException if no hyperparameter follows such a schedule
    public void observe(double metric) {
        exclusively(() -> {
            List<Runnable> effects = new ArrayList<>();
            for (TrainedGroup group : groupList) {
                effects.addAll(group.observe(metric));
            }
            if (effects.isEmpty()) {
                throw new IllegalStateException("no hyperparameter follows a schedule that observes a metric");
            }
            catchUpNow();
            effects.forEach(Runnable::run);
        });
    }

    /// The number of completed updates.
    public long completed() {
        return counter.completed;
    }

    /// The number of completed updates of one parameter.
    ///
    /// @throws IllegalArgumentException if there is no such parameter
    public long completed(String parameter) {
        return member(parameter).completed;
    }

    /// Adds a group, whose parameters start at step 1.
    ///
    /// @throws IllegalArgumentException as [#of(ParameterGroup...)] does; nothing has changed then
    /// @throws IllegalStateException in evaluation mode
    public void add(ParameterGroup from) {
        exclusively(() -> {
            requireTraining();
            if (groups.containsKey(from.name())) {
                throw new IllegalArgumentException(
                        "there is already a group \"" + from.name() + "\": names must be unique");
            }
            TrainedGroup group = new TrainedGroup(from, counter);
            List<Parameter> distinct = from.parameters().stream().distinct().toList();
            admit(group, distinct);
            groups.put(group.name, group);
            groupList = groups.values().toArray(TrainedGroup[]::new);
        });
    }

    /// Adds a parameter to a group; it starts at step 1.
    ///
    /// @throws IllegalArgumentException if there is no such group, or as [#of(ParameterGroup...)] does;
    ///     nothing has changed then
    public void add(String group, Parameter parameter) {
        exclusively(() -> {
            requireTraining();
            admit(group(group), List.of(parameter));
        });
    }

    private void admit(TrainedGroup group, List<Parameter> parameters) {
        List<TrainedParameter> added = new ArrayList<>();
        try {
            for (Parameter parameter : parameters) {
                requireNew(parameter, added);
                TrainedParameter member = new TrainedParameter(parameter, group, this::sharedNumber);
                added.add(member);
                group.members.add(member);
            }
            group.resolve(counter.completed);
            for (TrainedParameter member : added) {
                member.initialise(team);
                if (!listeners.isEmpty()) {
                    member.recompile(true);
                }
                byName.put(member.parameter.name(), member);
            }
            rearrange();
        } catch (RuntimeException | Error e) {
            for (TrainedParameter member : added) {
                group.members.remove(member);
                byName.remove(member.parameter.name());
                member.close();
            }
            rearrange();
            throw e;
        }
    }

    private TrainedParameter.Scalar sharedNumber(Object link, State state, Runnable ifNew) {
        return shared.computeIfAbsent(new SharedKey(link, state.name()), key -> {
            ifNew.run();
            return new TrainedParameter.Scalar();
        });
    }

    private void requireNew(Parameter parameter, List<TrainedParameter> added) {
        List<TrainedParameter> known = new ArrayList<>(Arrays.asList(members));
        known.addAll(added);
        for (TrainedParameter member : known) {
            if (member.parameter.name().equals(parameter.name())) {
                throw new IllegalArgumentException(
                        "there is already a parameter \"" + parameter.name() + "\": names must be unique");
            }
            if (member.parameter.values().asOverlappingSlice(parameter.values()).isPresent()) {
                throw new IllegalArgumentException("parameters \"" + member.parameter.name() + "\" and \""
                        + parameter.name() + "\" share memory: give tied weights once, under one name");
            }
        }
    }

    /// Removes a parameter and frees its states; its values stay as they are.
    ///
    /// @throws IllegalArgumentException if there is no such parameter
    public void remove(String parameter) {
        exclusively(() -> {
            TrainedParameter member = member(parameter);
            member.group.members.remove(member);
            byName.remove(parameter);
            rearrange();
            member.close();
        });
    }

    /// Removes a group with all its parameters and frees their states.
    ///
    /// @throws IllegalArgumentException if there is no such group
    public void removeGroup(String name) {
        exclusively(() -> {
            TrainedGroup group = group(name);
            groups.remove(name);
            groupList = groups.values().toArray(TrainedGroup[]::new);
            group.members.forEach(member -> byName.remove(member.parameter.name()));
            rearrange();
            group.members.forEach(TrainedParameter::close);
        });
    }

    /// Brings members into the order of their names, works out what they combine, and forgets what nobody
    /// shares any more.
    private void rearrange() {
        members = byName.values().stream()
                .sorted(Comparator.comparing(member -> member.parameter.name()))
                .toArray(TrainedParameter[]::new);
        for (int i = 0; i < members.length; i++) {
            members[i].ordinal = i;
        }
        List<Task> executions =
                Arrays.stream(members).map(TrainedParameter::wholeStep).toList();
        CrossReductions.requireProgress(Arrays.asList(members), executions);
        totals = new CrossReductions(executions);
        eventTotals.clear();
        valueMemory = new ValueMemory(Arrays.stream(members).map(member -> member.parameter));
        Set<TrainedParameter.Scalar> inUse =
                Arrays.stream(members).flatMap(TrainedParameter::sharedNumbers).collect(Collectors.toSet());
        shared.values().retainAll(inUse);
    }

    /// The groups as they are now.
    public List<ParameterGroup> groups() {
        return groups.values().stream().map(TrainedGroup::toParameterGroup).toList();
    }

    /// The value of a hyperparameter that the next step will use.
    ///
    /// @param hyperparameter `link.name`, or the name alone where only one link has it
    /// @throws IllegalArgumentException if there is no such group or hyperparameter
    public double get(String group, String hyperparameter) {
        TrainedGroup found = group(group);
        return requirePresent(found.values(counter.completed).get(found.qualified(hyperparameter)), hyperparameter);
    }

    /// Changes a hyperparameter from the next step on; nothing is compiled.
    ///
    /// @throws IllegalArgumentException if there is no such group or hyperparameter, or if the value is out
    ///     of range
    public void set(String group, String hyperparameter, double value) {
        set(group, hyperparameter, ParameterGroup.constant(group, hyperparameter, value));
    }

    /// Lets a hyperparameter follow a schedule from the next step on; nothing is compiled. A schedule that observes
    /// a metric has observed nothing yet, unless the hyperparameter follows an equal one already.
    ///
    /// @throws IllegalArgumentException if there is no such group or hyperparameter, or if the schedule's
    ///     present value is out of range
    public void set(String group, String hyperparameter, Schedule schedule) {
        exclusively(() -> {
            TrainedGroup changed = group(group);
            catchUpNow();
            changed.set(hyperparameter, schedule, counter.completed);
        });
    }

    /// All hyperparameters of a group by full name, with the values that the next step will use.
    ///
    /// @throws IllegalArgumentException if there is no such group
    public Map<String, Double> hyperparameters(String group) {
        return group(group).values(counter.completed);
    }

    /// All states: those of parameters in the order of their names, then those that links share, then the numbers that
    /// schedules remember from what they observed.
    public List<StateView> states() {
        requireOpen();
        List<StateView> views = new ArrayList<>();
        Map<String, StateView> sharedViews = new LinkedHashMap<>();
        for (TrainedParameter member : members) {
            member.views(views);
            member.sharedViews(sharedViews);
        }
        views.addAll(sharedViews.values());
        for (TrainedGroup group : groupList) {
            group.memory().forEach((name, value) -> views.add(StateView.number(name, value)));
        }
        return views;
    }

    /// Shows all that is kept to a writer; no step happens meanwhile. What is shown is live memory and must not be
    /// used once the writer has returned: [OptimizerState#copy] makes a copy that lasts.
    ///
    /// @return what the writer returns
    /// @throws IllegalStateException if parameters may be updated in part, see [#step()]
    public <T extends @Nullable Object> T save(Function<OptimizerState, T> writer) {
        enter();
        try {
            requireWhole();
            return writer.apply(new OptimizerState(
                    counter.completed,
                    isEvaluating,
                    groups.values().stream()
                            .flatMap(group -> group.members.stream())
                            .map(TrainedParameter::state)
                            .toList(),
                    numbers()));
        } finally {
            busy.set(false);
        }
    }

    /// What schedules remember.
    private Map<String, Double> numbers() {
        Map<String, Double> numbers = new LinkedHashMap<>();
        groups.values().forEach(group -> numbers.putAll(group.memory()));
        return numbers;
    }

    /// What keeps a state from being loaded, a sentence each: nothing if it fits.
    public List<String> misfits(OptimizerState state) {
        List<String> problems = new ArrayList<>();
        exclusively(() ->
                problems.addAll(StateCheck.problems(state, byName, numbers().keySet())));
        return problems;
    }

    /// Takes over what was saved: every parameter, state and count, to the bit. Rules, settings and formats of
    /// states must be those of the optimizer that was saved; parameters may have been given in another order.
    /// Where the state's memory turns out to be gone in the middle, such as that of a file that was shortened
    /// meanwhile, a state must be loaded again before there can be another step.
    ///
    /// @throws StateMismatchException listing all that is missing, unexpected, of another shape or stored in
    ///     another way; nothing has changed then
    public void load(OptimizerState state) {
        exclusively(() -> loadNow(state));
    }

    /// The same, for groups that get other settings with it: what overrides the rule's hyperparameters, as
    /// [ParameterGroup#settings()] has it. What is not in a group's settings becomes the rule's own.
    ///
    /// @param settings by the group's name; other groups keep theirs
    /// @throws StateMismatchException listing all that is missing, unexpected, of another shape or stored in
    ///     another way; nothing has changed then
    /// @throws IllegalArgumentException if there is no such group or hyperparameter, or a value is out of range;
    ///     nothing has changed then
    public void load(OptimizerState state, Map<String, Map<String, Schedule>> settings) {
        exclusively(() -> {
            List<Runnable> undo = new ArrayList<>();
            try {
                settings.forEach((name, own) -> undo.add(group(name).replaceSettings(own, state.completed())));
                loadNow(state);
            } catch (IllegalArgumentException e) {
                undo.forEach(Runnable::run);
                throw e;
            }
        });
    }

    private void loadNow(OptimizerState state) {
        List<String> problems = StateCheck.problems(state, byName, numbers().keySet());
        if (!problems.isEmpty()) {
            throw new StateMismatchException(problems);
        }
        for (TrainedParameter member : members) {
            member.isPartlyUpdated = true;
        }
        Map<String, Integer> order = new HashMap<>();
        for (ParameterState parameter : state.parameters()) {
            order.put(parameter.name(), order.size());
            member(parameter.name()).load(parameter);
        }
        // A group's first member is a clock.
        groups.values().forEach(group -> group.members.sort(Comparator.comparing(member -> order.get(member.name()))));
        state.numbers().forEach((name, value) -> groups.values().forEach(group -> group.remember(name, value)));
        counter.completed = state.completed();
        isEvaluating = state.isEvaluating();
    }

    /// One state.
    ///
    /// @param name `parameter/link.state`, `/link.state` for one that all parameters of a link share, or
    ///     `group:name/hyperparameter.number` for what a schedule remembers
    /// @throws IllegalArgumentException if there is no such state
    public StateView state(String name) {
        List<StateView> all = states();
        return all.stream()
                .filter(view -> view.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no state \"" + name + "\": "
                        + Spelling.help(name, all.stream().map(StateView::name).toList())));
    }

    /// Gives a state of all parameters its initial value anew, at their present values: after weights were
    /// loaded, for rules that remember θ₀.
    ///
    /// @param state `link.state`
    /// @throws IllegalArgumentException if no parameter has such a state
    public void recapture(String state) {
        exclusively(() -> recapture(state, List.of(members)));
    }

    /// The same for some parameters: their state begins anew, the others' stays.
    ///
    /// @param state `link.state`
    /// @param parameters by name
    /// @throws IllegalArgumentException if there is no such parameter, or none of them has such a state
    public void recapture(String state, Set<String> parameters) {
        exclusively(() ->
                recapture(state, parameters.stream().sorted().map(this::member).toList()));
    }

    private void recapture(String state, List<TrainedParameter> of) {
        boolean found = false;
        for (TrainedParameter member : of) {
            member.requireValuesAccessible();
        }
        for (TrainedParameter member : of) {
            found |= member.recapture(state, team);
        }
        if (!found) {
            throw new IllegalArgumentException("no parameter has a state \"" + state + "\"");
        }
    }

    /// Calls a listener after each step, once per group that had a gradient. Norms are computed only while
    /// there is a listener.
    public void listen(StepListener listener) {
        exclusively(() -> {
            listeners.add(listener);
            measure(true);
        });
    }

    /// No longer calls a listener.
    public void forget(StepListener listener) {
        exclusively(() -> {
            listeners.remove(listener);
            measure(!listeners.isEmpty());
        });
    }

    private void measure(boolean withMetrics) {
        for (TrainedParameter member : members) {
            member.recompile(withMetrics);
        }
        rearrange();
    }

    /// Frees all states. Closing again does nothing. Settings and step counts can still be read, everything else
    /// fails from now on.
    ///
    /// @throws IllegalStateException if a step is in progress; the optimizer stays open then
    @Override
    public void close() {
        if (!closed) {
            exclusively(() -> {
                closed = true;
                try {
                    forEach(byName.values(), TrainedParameter::close);
                } finally {
                    team.close();
                }
            });
        }
    }

    /// Decides which parameters take part.
    private int activate() {
        int active = 0;
        for (TrainedParameter member : members) {
            member.active = member.parameter.hasGradient() && !member.isFrozen;
            if (member.active) {
                member.bindGradient(valueMemory);
                active++;
            }
        }
        return active;
    }

    private void report(TrainedGroup group) {
        double gradient = 0;
        double update = 0;
        TrainedParameter first = null;
        for (TrainedParameter member : members) {
            if (member.active && member.group == group) {
                first = first == null ? member : first;
                gradient += member.step().metric(0);
                update += member.step().isCommitted() ? member.step().metric(1) : 0;
            }
        }
        if (first != null) {
            long completedBefore = first.completed - (first.step().isCommitted() ? 1 : 0);
            StepListener.Event event = new StepListener.Event(
                    group.name,
                    counter.completed,
                    group.value(group.placeOf(Step.LEARNING_RATE), completedBefore),
                    Math.sqrt(gradient),
                    Math.sqrt(update));
            forEach(listeners, listener -> listener.onStep(event));
        }
    }

    /// Does something with each, also after it has failed for some; then the first failure is thrown.
    private static <T> void forEach(Iterable<T> all, Consumer<T> action) {
        RuntimeException first = null;
        for (T each : all) {
            try {
                action.accept(each);
            } catch (RuntimeException e) {
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }

    private void exclusively(Runnable action) {
        enter();
        try {
            action.run();
        } finally {
            busy.set(false);
        }
    }

    private void enter() {
        if (!busy.compareAndSet(false, true)) {
            throw new IllegalStateException("an optimizer serves one caller at a time: another call is in progress");
        }
        if (closed) {
            busy.set(false);
            requireOpen();
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the optimizer is closed");
        }
    }

    private TrainedGroup group(String name) {
        TrainedGroup group = groups.get(name);
        if (group == null) {
            throw new IllegalArgumentException(
                    "there is no group \"" + name + "\": " + Spelling.help(name, groups.keySet()));
        }
        return group;
    }

    private TrainedParameter member(String parameter) {
        TrainedParameter member = byName.get(parameter);
        if (member == null) {
            throw new IllegalArgumentException(
                    "there is no parameter \"" + parameter + "\": " + Spelling.help(parameter, byName.keySet()));
        }
        return member;
    }

    private static double requirePresent(@Nullable Double value, String name) {
        if (value == null) {
            throw new IllegalArgumentException("there is no hyperparameter \"" + name + "\"");
        }
        return value;
    }
}
