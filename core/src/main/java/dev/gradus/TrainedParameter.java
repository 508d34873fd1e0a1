package dev.gradus;

import dev.gradus.OptimizerState.ParameterState;
import dev.gradus.cpu.CpuProgram;
import dev.gradus.cpu.Task;
import dev.gradus.cpu.WorkerPool;
import dev.gradus.engine.RandomKey;
import dev.gradus.engine.TaskInputs;
import dev.gradus.engine.TaskMemory;
import dev.gradus.engine.Tensor;
import dev.gradus.expr.Clock;
import dev.gradus.expr.Expr;
import dev.gradus.expr.State;
import dev.gradus.expr.State.Role;
import dev.gradus.expr.State.Scope;
import dev.gradus.program.Program;
import dev.gradus.rule.Trace;
import dev.gradus.tensor.ElementType;
import dev.gradus.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A parameter at work: its states, its step count, and its programs.
final class TrainedParameter implements TaskMemory, TaskInputs {
    /// The name under which the float32 copy of a 16-bit parameter is found.
    static final String MASTER = "master";

    /// The name under which the step is found that each row has last made.
    static final String LAST_STEP = "last_step";

    /// What random numbers for a parameter's own values are drawn by.
    private static final String THETA = "theta";

    /// States with fewer elements than a block of codes are not worth one.
    private static final long LEAST_IN_EIGHT_BITS = 256;

    /// A number that a state holds; a state that is shared has one for all members of its link.
    static final class Scalar {
        double value;
    }

    private record Cell(
            State state, @Nullable Tensor tensor, @Nullable Scalar number) {}

    final Parameter parameter;
    final TrainedGroup group;
    private final StateMemory stateMemory;
    private final Map<String, Cell> cells = new LinkedHashMap<>();
    private final Tensor theta;
    private final Map<String, Task> eventExecutions = new LinkedHashMap<>();
    private final CompiledRule blueprint;
    private final List<State> fresh = new ArrayList<>();
    private final Map<String, RandomKey> noises = new HashMap<>();
    private final List<RandomKey> keys = new ArrayList<>();
    private Program program;
    private Task step;
    private @Nullable SparseStep rows;
    private final @Nullable MemorySegment lastSteps;
    private @Nullable Tensor gradient;

    /// The last gradient that was found not to be in the memory of values, and of which.
    private @Nullable MemorySegment apart;

    private @Nullable ValueMemory apartFrom;

    /// Whether steps leave this parameter out.
    boolean isFrozen;

    /// The number of updates of this parameter.
    long completed;

    /// Whether the current step includes this parameter.
    boolean active;

    /// Whether a step, an event or a load that failed may have left values and states that do not belong together.
    boolean isPartlyUpdated;

    /// The position among all parameters, by name.
    int ordinal;

    /// @param shared finds or makes the number of a state that the members of a link share
    TrainedParameter(Parameter parameter, TrainedGroup group, SharedNumbers shared) {
        this.parameter = parameter;
        this.group = group;
        Shape shape = parameter.shape();
        this.blueprint = group.blueprint(parameter.name(), shape);
        this.stateMemory = new StateMemory(parameter.values(), blueprint.tensors());
        try {
            this.theta = allocateTheta();
            allocate(blueprint.step(), shared);
            blueprint.events().values().forEach(trace -> allocate(trace, shared));
            this.lastSteps = group.hasExactRows && shape.rank() > 0
                    ? stateMemory.allocate(shape.size(0), ElementType.FLOAT64)
                    : null;
            this.program = blueprint.stepProgram(false);
            this.step = new Task(new CpuProgram(program), shape, this);
            for (String event : blueprint.events().keySet()) {
                eventExecutions.put(event, new Task(new CpuProgram(blueprint.eventProgram(event)), shape, this));
            }
        } catch (RuntimeException | Error e) {
            stateMemory.close();
            throw e;
        }
    }

    /// Where the numbers of shared states are kept.
    interface SharedNumbers {
        /// Finds the number, or makes it and says so.
        Scalar of(Object link, State state, Runnable ifNew);
    }

    private Tensor allocateTheta() {
        Tensor values = new Tensor(parameter.values(), parameter.type());
        if (!parameter.type().isHalf()) {
            return values;
        }
        if (!group.keepsMasterWeights) {
            return rounded(parameter.values(), parameter.type(), THETA);
        }
        long elements = parameter.shape().elements();
        MemorySegment master = stateMemory.allocate(elements, ElementType.FLOAT32);
        for (long i = 0; i < elements; i++) {
            master.setAtIndex(
                    ValueLayout.JAVA_FLOAT, i, (float) parameter.type().read(parameter.values(), i));
        }
        return new Tensor(master, ElementType.FLOAT32, values, null);
    }

    private Tensor rounded(MemorySegment values, ElementType type, String name) {
        return new Tensor(values, type, null, key(name));
    }

    private RandomKey key(String name) {
        RandomKey key = new RandomKey(parameter.name() + "/" + name);
        keys.add(key);
        return key;
    }

    private Tensor allocate(State state) {
        long elements = parameter.shape().elements(state.axes());
        ElementType type = format(group.stateFormat, state, theta.type().arithmetic(), elements);
        MemorySegment values = stateMemory.allocate(elements, type);
        return type == type.arithmetic() ? new Tensor(values, type) : rounded(values, type, state.name());
    }

    /// How a state is stored that has so many elements and is computed in an arithmetic type.
    static ElementType format(StateFormat format, State state, ElementType arithmetic, long elements) {
        boolean isAverage = state.role() == Role.SIGNED || state.role() == Role.NON_NEGATIVE;
        if (!isAverage || !state.axes().isFull() || arithmetic == ElementType.FLOAT64) {
            return arithmetic;
        }
        return switch (format) {
            case ARITHMETIC -> arithmetic;
            case BFLOAT16 -> ElementType.BFLOAT16;
            case EIGHT_BIT -> {
                if (elements < LEAST_IN_EIGHT_BITS) {
                    yield arithmetic;
                }
                yield state.role() == Role.SIGNED ? ElementType.SIGNED_8BIT : ElementType.NON_NEGATIVE_8BIT;
            }
        };
    }

    private void allocate(Trace of, SharedNumbers shared) {
        for (State state : of.states()) {
            Cell known = cells.get(state.name());
            if (known != null) {
                if (!known.state.axes().equals(state.axes()) || known.state.scope() != state.scope()) {
                    throw new IllegalArgumentException("state " + state + " of " + parameter.name()
                            + " has one shape in the step and another in an event");
                }
            } else if (!state.axes().isHost()) {
                cells.put(state.name(), new Cell(state, allocate(state), null));
                fresh.add(state);
            } else if (state.scope() == Scope.LINK) {
                Scalar number = shared.of(of.sharedBy(state), state, () -> fresh.add(state));
                cells.put(state.name(), new Cell(state, null, number));
            } else {
                cells.put(state.name(), new Cell(state, null, new Scalar()));
                fresh.add(state);
            }
        }
    }

    /// Gives the states their initial values, once the group knows its hyperparameters.
    void initialise(WorkerPool team) {
        initialise(fresh, team);
    }

    /// Memory is zero when it is allocated.
    private void initialise(List<State> states, WorkerPool team) {
        List<State> notZero =
                states.stream().filter(state -> state.initial() != Expr.ZERO).toList();
        if (!notZero.isEmpty()) {
            Task initial = new Task(new CpuProgram(Program.initial(notZero, parameter.shape())), parameter.shape(), this);
            team.begin(initial, null, this);
            team.complete(initial);
            for (State state : initial.numbers()) {
                number(state.name()).value = initial.number(state);
            }
        }
    }

    /// Evaluates the initial value of a state anew, at the present parameter.
    ///
    /// @return whether this parameter has the state
    boolean recapture(String stateName, WorkerPool team) {
        Cell cell = cells.get(stateName);
        if (cell == null) {
            return false;
        }
        if (cell.state.initial() == Expr.ZERO && cell.tensor != null) {
            cell.tensor.memory().fill((byte) 0);
        } else if (cell.state.initial() == Expr.ZERO) {
            number(stateName).value = 0;
        }
        initialise(List.of(cell.state), team);
        return true;
    }

    /// Gives all states their initial values anew, at the present parameter, and begins at step 1.
    void reset(WorkerPool team) {
        for (Cell cell : cells.values()) {
            if (cell.state.scope() == Scope.PARAMETER) {
                boolean known = recapture(cell.state.name(), team);
                assert known;
            }
        }
        completed = 0;
        if (lastSteps != null) {
            lastSteps.fill((byte) 0);
        }
        isPartlyUpdated = false;
    }

    /// Compiles the step anew, with or without what listeners are told.
    void recompile(boolean withMetrics) {
        program = blueprint.stepProgram(withMetrics);
        step = new Task(new CpuProgram(program), parameter.shape(), this);
        closeRows();
    }

    private void closeRows() {
        if (rows != null) {
            rows.close();
            rows = null;
        }
    }

    /// The step: on the whole parameter, or on the rows that have a gradient.
    Task step() {
        return rows != null && parameter.rowGradient() != null ? rows.execution() : step;
    }

    /// The step on the whole parameter.
    Task wholeStep() {
        return step;
    }

    Task event(String event) {
        return Objects.requireNonNull(eventExecutions.get(event), event);
    }

    /// Takes note of where the gradient is, if there is one, for the step or event to come.
    ///
    /// @param valueMemory of all parameters
    /// @throws IllegalStateException if the memory of the values or of the gradient is not there for this
    ///     thread, or the gradient's is that of values
    void bindGradient(ValueMemory valueMemory) {
        requireValuesAccessible();
        RowGradient ofRows = parameter.rowGradient();
        if (ofRows != null) {
            requireAccessible("gradient", ofRows.values());
            requireAccessible("gradient's indices", ofRows.indices());
            requireApart(ofRows.values(), valueMemory);
            rowsOrNew().bind(ofRows);
        }
        MemorySegment memory = parameter.gradient();
        if (memory == null) {
            gradient = null;
            return;
        }
        requireAccessible("gradient", memory);
        requireApart(memory, valueMemory);
        if (gradient == null || !gradient.memory().equals(memory) || gradient.type() != parameter.gradientType()) {
            gradient = new Tensor(memory, parameter.gradientType());
        }
    }

    private void requireApart(MemorySegment ofGradient, ValueMemory valueMemory) {
        if (ofGradient.equals(apart) && valueMemory == apartFrom) {
            return;
        }
        Parameter other = valueMemory.in(ofGradient);
        if (other != null) {
            throw new IllegalStateException("parameter " + parameter.name()
                    + ": its gradient is in the memory of the values of " + other.name());
        }
        apart = ofGradient;
        apartFrom = valueMemory;
    }

    private SparseStep rowsOrNew() {
        if (rows == null) {
            rows = new SparseStep(this, program, lastSteps);
        }
        return rows;
    }

    /// Makes the steps that rows have missed.
    void catchUp(WorkerPool team) {
        if (lastSteps != null) {
            rowsOrNew().catchUpAll(completed, team);
        }
    }

    /// @throws IllegalStateException if the memory of the values is not there for this thread
    void requireValuesAccessible() {
        requireAccessible("values", parameter.values());
    }

    /// The memory of the gradient, of the whole parameter or of rows, or null where there is none.
    private @Nullable MemorySegment gradientValues() {
        RowGradient ofRows = parameter.rowGradient();
        return ofRows == null ? parameter.gradient() : ofRows.values();
    }

    /// @throws IllegalStateException if there is a gradient that cannot be filled with zeros
    void requireWritableGradient() {
        MemorySegment memory = gradientValues();
        if (memory != null) {
            requireAccessible("gradient", memory);
            if (memory.isReadOnly()) {
                throw new IllegalStateException("parameter " + parameter.name()
                        + ": its gradient is read-only and cannot be filled with zeros");
            }
        }
    }

    void zeroGradient() {
        MemorySegment memory = gradientValues();
        if (memory != null) {
            memory.fill((byte) 0);
        }
    }

    private void requireAccessible(String what, MemorySegment memory) {
        if (!memory.scope().isAlive()) {
            throw new IllegalStateException(
                    "parameter " + parameter.name() + ": the memory of its " + what + " has been freed");
        }
        if (!memory.isAccessibleBy(Thread.currentThread())) {
            throw new IllegalStateException(
                    "parameter " + parameter.name() + ": the memory of its " + what + " belongs to another thread");
        }
    }

    void begin(Task execution, WorkerPool team) {
        long clock = completed + 1;
        // An event between two steps draws other numbers than they do.
        long moment = execution == step() ? clock : -clock;
        for (int i = 0; i < keys.size(); i++) {
            keys.get(i).begin(moment);
        }
        RowGradient ofRows = parameter.rowGradient();
        if (rows != null && ofRows != null && execution == rows.execution()) {
            rows.begin(ofRows, clock, team);
        } else {
            team.begin(execution, gradient, this);
        }
    }

    /// Completes a step or event that has run: puts rows back, writes numbers, and counts a step that took place.
    /// Where that fails, it has failed; one that had failed before leaves the parameter as it is.
    ///
    /// @return whether it took place
    boolean complete(Task done) {
        isPartlyUpdated = done.hasWritten();
        if (!done.isComplete()) {
            return false;
        }
        boolean isCounted = done == step() && done.isCommitted();
        try {
            if (isCounted) {
                completeRows();
            }
        } catch (Throwable e) {
            isPartlyUpdated = true;
            done.fail(e);
            return false;
        }
        commitNumbers(done);
        completed += isCounted ? 1 : 0;
        isPartlyUpdated = false;
        return done.isCommitted();
    }

    /// Puts the rows back that the step was for, or says that it was for all.
    private void completeRows() {
        if (rows != null && parameter.rowGradient() != null) {
            rows.end(completed + 1);
        } else if (lastSteps != null) {
            rowsOrNew().allAt(completed + 1);
        }
    }

    /// Writes the numbers that a completed step or event gives to states; every member of a link gives the
    /// same to the ones that they share.
    private void commitNumbers(Task execution) {
        List<State> states = execution.numbers();
        for (int i = 0; i < states.size(); i++) {
            number(states.get(i).name()).value = execution.number(states.get(i));
        }
    }

    private Scalar number(String stateName) {
        return Objects.requireNonNull(Objects.requireNonNull(cells.get(stateName)).number, stateName);
    }

    @Override
    public String name() {
        return parameter.name();
    }

    @Override
    public Tensor theta() {
        return theta;
    }

    @Override
    public Tensor state(State state) {
        return Objects.requireNonNull(Objects.requireNonNull(cells.get(state.name())).tensor, state.name());
    }

    @Override
    public RandomKey noise(String name) {
        return noises.computeIfAbsent(name, this::key);
    }

    @Override
    public int placeOf(String hyperparameter) {
        return group.placeOf(hyperparameter);
    }

    @Override
    public double hyper(int place) {
        return group.value(place, completed);
    }

    @Override
    public double step(Clock clock) {
        return switch (clock) {
            case OWN -> completed + 1;
            case GROUP_FIRST -> group.members.isEmpty() ? 1 : group.members.getFirst().completed + 1;
            case OPTIMIZER -> group.completed() + 1;
        };
    }

    @Override
    public double number(State state) {
        return number(state.name()).value;
    }

    /// All states, those that are shared left out.
    void views(List<StateView> views) {
        if (theta.rounded() != null) {
            views.add(new StateView(
                    parameter.name() + "/" + MASTER,
                    parameter.shape(),
                    theta.type(),
                    Role.WEIGHTS,
                    theta.memory().asReadOnly()));
        }
        if (lastSteps != null) {
            views.add(new StateView(
                    parameter.name() + "/" + LAST_STEP,
                    Shape.of(parameter.shape().size(0)),
                    ElementType.FLOAT64,
                    Role.WEIGHTS,
                    lastSteps.asReadOnly()));
        }
        for (Cell cell : cells.values()) {
            if (cell.state.scope() == Scope.PARAMETER) {
                views.add(view(parameter.name() + "/" + cell.state.name(), cell));
            }
        }
    }

    /// The numbers that this parameter's links share with others.
    Stream<Scalar> sharedNumbers() {
        return cells.values().stream()
                .filter(cell -> cell.state.scope() == Scope.LINK)
                .map(cell -> Objects.requireNonNull(cell.number));
    }

    /// The states that this parameter's link shares with others.
    void sharedViews(Map<String, StateView> views) {
        for (Cell cell : cells.values()) {
            if (cell.state.scope() == Scope.LINK) {
                String name = "/" + cell.state.name();
                views.putIfAbsent(name, view(name, cell));
            }
        }
    }

    /// The values, as they are shown beside the states.
    StateView valuesView() {
        return new StateView(
                parameter.name(),
                parameter.shape(),
                parameter.type(),
                Role.WEIGHTS,
                parameter.values().asReadOnly());
    }

    /// All that is kept, numbers that are shared among it.
    ParameterState state() {
        List<StateView> views = new ArrayList<>();
        views(views);
        for (Cell cell : cells.values()) {
            if (cell.state.scope() == Scope.LINK) {
                views.add(view(parameter.name() + "/" + cell.state.name(), cell));
            }
        }
        return new ParameterState(parameter.name(), completed, isFrozen, valuesView(), views);
    }

    /// Takes over what was kept, which must fit.
    void load(ParameterState from) {
        completed = from.completed();
        isFrozen = from.isFrozen();
        if (from.values() != null) {
            parameter.values().copyFrom(from.values().values());
        }
        for (StateView state : from.states()) {
            String name = stateName(state.name());
            Cell cell = cells.get(name);
            if (lastSteps != null && name.equals(LAST_STEP)) {
                lastSteps.copyFrom(state.values());
            } else if (cell == null) {
                theta.memory().copyFrom(state.values());
            } else if (cell.tensor != null) {
                cell.tensor.memory().copyFrom(state.values());
            } else {
                Objects.requireNonNull(cell.number).value = state.values().get(ValueLayout.JAVA_DOUBLE_UNALIGNED, 0);
            }
        }
        isPartlyUpdated = false;
    }

    /// Whether a state says how many steps each row has made.
    boolean countsSteps(String viewName) {
        return lastSteps != null && stateName(viewName).equals(LAST_STEP);
    }

    /// The number that a state of this parameter shares with others, or null if it shares none.
    @Nullable
    Scalar sharedNumber(String viewName) {
        Cell cell = cells.get(stateName(viewName));
        return cell != null && cell.state.scope() == Scope.LINK ? cell.number : null;
    }

    private String stateName(String viewName) {
        return viewName.substring(parameter.name().length() + 1);
    }

    private StateView view(String name, Cell cell) {
        if (cell.tensor != null) {
            return new StateView(
                    name,
                    parameter.shape().keeping(cell.state.axes()),
                    cell.tensor.type(),
                    cell.state.role(),
                    cell.tensor.memory().asReadOnly());
        }
        return StateView.number(name, Objects.requireNonNull(cell.number).value);
    }

    void close() {
        closeRows();
        stateMemory.close();
    }
}
