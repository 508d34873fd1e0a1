package dev.gradus;

import dev.gradus.engine.RandomKey;
import dev.gradus.engine.TaskMemory;
import dev.gradus.engine.TaskStatus;
import dev.gradus.engine.Tensor;
import dev.gradus.expr.State;
import dev.gradus.expr.State.Role;
import dev.gradus.expr.State.Scope;
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
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The states of one parameter, and the weights that are trained: the parameter's own values or a float32 copy
/// of them.
final class StateStore implements TaskMemory, AutoCloseable {
    /// The name under which the float32 copy of a 16-bit parameter is found.
    static final String MASTER = "master";

    /// The name under which the step is found that each row has last made.
    static final String LAST_STEP = "last_step";

    /// What random numbers for a parameter's own values are drawn by.
    private static final String THETA = "theta";

    /// A link within one group.
    private record OfGroup(Object link, String group) {}

    private final Parameter parameter;
    private final TrainingFormat format;
    private final String group;
    private final Hyperparameters hyperparameters;
    private final SharedScalars shared;
    private final StateMemory memory;
    private final Map<String, StateCell> cells = new LinkedHashMap<>();
    private final List<State> fresh = new ArrayList<>();
    private final Map<String, RandomKey> noises = new HashMap<>();
    private final List<RandomKey> keys = new ArrayList<>();
    private final Tensor theta;
    private final @Nullable RowSteps rowSteps;

    /// @param rule whose states they are
    /// @param format how they are stored
    /// @param hyperparameters that the rule's host code reads
    /// @param shared the numbers that parameters share
    /// @throws IllegalArgumentException if a state has one shape in the step and another in an event
    StateStore(
            Parameter parameter,
            CompiledRule rule,
            TrainingFormat format,
            Hyperparameters hyperparameters,
            SharedScalars shared) {
        this.parameter = parameter;
        this.format = format;
        this.group = hyperparameters.group();
        this.hyperparameters = hyperparameters;
        this.shared = shared;
        this.memory = new StateMemory(parameter.values(), rule.tensors());
        Shape shape = parameter.shape();
        try {
            this.theta = allocateTheta();
            allocate(rule.step());
            rule.events().values().forEach(this::allocate);
            this.rowSteps = format.hasExactRows() && shape.rank() > 0
                    ? new RowSteps(memory.allocate(shape.size(0), ElementType.FLOAT64))
                    : null;
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private Tensor allocateTheta() {
        Tensor values = new Tensor(parameter.values(), parameter.type());
        if (!parameter.type().isHalf()) {
            return values;
        }
        if (!format.keepsMasterWeights()) {
            return rounded(parameter.values(), parameter.type(), THETA);
        }
        long elements = parameter.shape().elements();
        MemorySegment master = memory.allocate(elements, ElementType.FLOAT32);
        for (long i = 0; i < elements; i++) {
            master.setAtIndex(
                    ValueLayout.JAVA_FLOAT, i, (float) parameter.type().read(parameter.values(), i));
        }
        return new Tensor(master, ElementType.FLOAT32, values, null);
    }

    private void allocate(Trace of) {
        for (State state : of.states()) {
            StateCell known = cells.get(state.name());
            if (known == null) {
                cells.put(state.name(), cell(state, of));
            } else if (!known.state().axes().equals(state.axes())
                    || known.state().scope() != state.scope()) {
                throw new IllegalArgumentException("state " + state + " of " + parameter.name()
                        + " has one shape in the step and another in an event");
            }
        }
    }

    private StateCell cell(State state, Trace of) {
        if (!state.axes().isHost()) {
            fresh.add(state);
            return new StateCell(state, allocate(state), null, null);
        }
        Object link = owner(state, of);
        if (link == null || shared.isNew(link, state.name())) {
            fresh.add(state);
        }
        Scalar number = link == null ? new Scalar() : shared.acquire(link, state.name());
        return new StateCell(state, null, number, link);
    }

    /// Who a number belongs to that parameters share, or null if none does.
    private @Nullable Object owner(State state, Trace of) {
        return switch (state.scope()) {
            case PARAMETER -> null;
            case GROUP -> new OfGroup(of.sharedBy(state), group);
            case LINK -> of.sharedBy(state);
        };
    }

    private Tensor allocate(State state) {
        long elements = parameter.shape().elements(state.axes());
        ElementType type = format.states().typeOf(state, theta.type().arithmetic(), elements);
        MemorySegment values = memory.allocate(elements, type);
        return type == type.arithmetic() ? new Tensor(values, type) : rounded(values, type, state.name());
    }

    private Tensor rounded(MemorySegment values, ElementType type, String name) {
        return new Tensor(values, type, null, key(name));
    }

    private RandomKey key(String name) {
        RandomKey key = new RandomKey(viewName(name));
        keys.add(key);
        return key;
    }

    /// Draws the random numbers of a step or event from now on.
    ///
    /// @param moment the step, or its negative for an event before it
    void beginRandom(long moment) {
        for (int i = 0; i < keys.size(); i++) {
            keys.get(i).begin(moment);
        }
    }

    /// The states that nobody has initialised yet: all of this parameter, and the shared ones that it was the first
    /// to use. Their memory is zero.
    List<State> fresh() {
        return fresh;
    }

    /// The states that the parameter does not share.
    List<State> own() {
        return cells.values().stream()
                .filter(cell -> !cell.isShared())
                .map(StateCell::state)
                .toList();
    }

    /// A state by name, or null.
    @Nullable
    State find(String name) {
        StateCell cell = cells.get(name);
        return cell == null ? null : cell.state();
    }

    private StateCell cell(State state) {
        return Objects.requireNonNull(cells.get(state.name()), state.name());
    }

    /// Sets a state to zero, as it was when it was allocated.
    void zero(State state) {
        cell(state).zero();
    }

    /// The value of a state with one number.
    Scalar scalar(State state) {
        return cell(state).scalar();
    }

    /// Writes what states with one number become by a completed task; every parameter of a link gives the same to a
    /// shared one.
    void writeNumbers(TaskStatus done) {
        List<State> numbers = done.numbers();
        for (int i = 0; i < numbers.size(); i++) {
            scalar(numbers.get(i)).set(done.number(numbers.get(i)));
        }
    }

    /// The step that each row has last made, or null where rows miss steps without a gradient for good.
    @Nullable
    RowSteps rowSteps() {
        return rowSteps;
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
        return cell(state).elements();
    }

    @Override
    public RandomKey noise(String name) {
        return noises.computeIfAbsent(name, this::key);
    }

    @Override
    public int placeOf(String hyperparameter) {
        return hyperparameters.placeOf(hyperparameter);
    }

    /// All states that the parameter does not share.
    List<StateView> ownViews() {
        List<StateView> views = new ArrayList<>();
        Shape shape = parameter.shape();
        if (theta.rounded() != null) {
            views.add(weights(viewName(MASTER), shape, theta.type(), theta.memory()));
        }
        if (rowSteps != null) {
            views.add(weights(viewName(LAST_STEP), Shape.of(shape.size(0)), ElementType.FLOAT64, rowSteps.values()));
        }
        own().forEach(state -> views.add(cell(state).view(viewName(state.name()), shape)));
        return views;
    }

    /// All states that the parameter shares, by the names that it has for them.
    List<StateView> sharedViews() {
        return sharedViews(cell -> viewName(cell.state().name()));
    }

    /// All states that the parameter shares, by names that all that share them have: `/link.state`, or
    /// `group:name/link.state` for one that the group shares.
    List<StateView> commonViews() {
        return sharedViews(cell -> (cell.state().scope() == Scope.GROUP ? "group:" + group : "") + "/"
                + cell.state().name());
    }

    private List<StateView> sharedViews(Function<StateCell, String> name) {
        return cells.values().stream()
                .filter(StateCell::isShared)
                .map(cell -> cell.view(name.apply(cell), parameter.shape()))
                .toList();
    }

    /// The name of the parameter's group.
    String group() {
        return group;
    }

    /// The numbers that the parameter shares, with the hyperparameters that they depend on.
    List<SharedNumber> sharedNumbers(CompiledRule rule) {
        List<SharedNumber> numbers = new ArrayList<>();
        for (StateCell cell : cells.values()) {
            if (cell.isShared()) {
                List<String> names = rule.sharedHyperparameters(cell.state().name());
                if (!names.isEmpty()) {
                    int[] places =
                            names.stream().mapToInt(hyperparameters::placeOf).toArray();
                    numbers.add(new SharedNumber(cell.state().name(), cell.scalar(), names, places));
                }
            }
        }
        return numbers;
    }

    /// The parameter's values, which a checkpoint has beside the states.
    StateView valuesView() {
        return weights(parameter.name(), parameter.shape(), parameter.type(), parameter.values());
    }

    private static StateView weights(String name, Shape shape, ElementType type, MemorySegment values) {
        return new StateView(name, shape, type, Role.WEIGHTS, values.asReadOnly());
    }

    private String viewName(String name) {
        return parameter.name() + "/" + name;
    }

    private @Nullable StateCell viewed(String viewName) {
        return cells.get(viewName.substring(parameter.name().length() + 1));
    }

    /// Whether a view is of the steps that rows have last made.
    boolean isRowSteps(String viewName) {
        return rowSteps != null && viewName.equals(viewName(LAST_STEP));
    }

    /// The number that a viewed state shares with other parameters, or null if it shares none.
    @Nullable
    Scalar sharedScalar(String viewName) {
        StateCell cell = viewed(viewName);
        return cell != null && cell.isShared() ? cell.scalar() : null;
    }

    /// Loads a state from a view that fits.
    void load(StateView from) {
        StateCell cell = viewed(from.name());
        if (rowSteps != null && isRowSteps(from.name())) {
            rowSteps.values().copyFrom(from.values());
        } else if (cell == null) {
            theta.memory().copyFrom(from.values());
        } else {
            cell.load(from);
        }
    }

    @Override
    public void close() {
        cells.values().forEach(cell -> {
            if (cell.link() != null) {
                shared.release(cell.link(), cell.state().name());
            }
        });
        memory.close();
    }
}
