package dev.gradus.program;

import dev.gradus.expr.State;
import dev.gradus.expr.State.Role;
import dev.gradus.expr.TensorFunction;
import dev.gradus.program.Value.ReduceKey;
import dev.gradus.program.Value.TotalKey;
import dev.gradus.tensor.Axes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;

/// Cuts a graph of values into passes.
///
/// A value's level counts the reductions and changes of shape below it: a pass of level n may use what passes
/// of lower levels reduced, stored or left in scratch. A state is written in the first pass that can compute
/// its new value, but not before the last one that needs the old. What a later pass needs besides is computed
/// again from what it loads, unless that costs more than to leave it in scratch memory.
final class Lowering {
    /// The stand-in key for the parameter among the things that are written.
    private static final Object THETA = new Object();

    private final Roots roots;
    private final Map<Value, Integer> levels = new HashMap<>();
    private final Map<Object, Integer> writeLevels = new LinkedHashMap<>();
    private final Map<Object, Value> written = new LinkedHashMap<>();
    /// The values that passes which reduce compute anyway.
    private final Set<Value> reduced = new HashSet<>();

    private final Set<Integer> totalLevels = new HashSet<>();
    private boolean stable;

    private List<Operand> operands = new ArrayList<>();
    private Map<Value, Integer> scratch = new HashMap<>();
    private List<Reduction> reductions = new ArrayList<>();
    private List<Variant.Transform> transforms = new ArrayList<>();
    private ScalarRegisters registers = new ScalarRegisters();
    private TreeMap<PassKey, PassBuilder> passes = new TreeMap<>();
    private final MergedAxes merged;

    /// Passes of a level over fewer axes come first; their order does not affect a result.
    private record PassKey(int level, int rank, int mask) implements Comparable<PassKey> {
        static PassKey of(int level, Axes axes) {
            return new PassKey(level, axes.rank(), axes.mask());
        }

        @Override
        public int compareTo(PassKey other) {
            int byLevel = Integer.compare(level, other.level);
            return byLevel != 0 ? byLevel : Integer.compare(mask, other.mask);
        }
    }

    private Lowering(Roots roots, Axes all) {
        this.roots = roots;
        this.written.putAll(roots.states());
        if (roots.theta() != null) {
            this.written.put(THETA, roots.theta());
        }
        this.merged = MergedAxes.of(roots, all);
        Value.visit(roots.all(), value -> {
            if (value.op == Op.REDUCE) {
                int at = level(value.args.get(0));
                Value.visit(value.args, of -> {
                    if (level(of) == at) {
                        reduced.add(of);
                    }
                });
            } else if (value.op == Op.TOTAL) {
                totalLevels.add(level(value));
            }
        });
    }

    /// @param all the axes of the parameter
    static Variant lower(Roots roots, Axes all) {
        return new Lowering(roots, all).lower();
    }

    private Variant lower() {
        int first = roots.commit() == null ? 0 : level(roots.commit());
        written.forEach((what, value) -> {
            boolean waits = !(what instanceof State state && roots.regardless().contains(state));
            writeLevels.put(what, waits ? Math.max(first, level(value)) : level(value));
        });
        do {
            stable = true;
            emitAll();
        } while (!stable);
        requireInTime(first);
        int end = finalLevel();
        List<Pass> built = passes.values().stream().map(PassBuilder::build).toList();
        HostCode.Instruction[][] code = registers.code(end);
        HostCode.Instruction[][] late = code.clone();
        late[0] = new HostCode.Instruction[0];
        List<Variant.Total> totals = totals();
        return new Variant(
                merged,
                end,
                roots.takesPlace(),
                roots.commit() == null ? -1 : registers.of(roots.commit()),
                first,
                List.copyOf(operands),
                List.copyOf(reductions),
                List.copyOf(transforms),
                built,
                built.stream().map(Pass::reductions).toArray(int[][]::new),
                Stage.of(
                        end,
                        built,
                        reductions,
                        level -> level == first
                                || late[level].length > 0
                                || totals.stream().anyMatch(total -> total.level() == level)
                                || transforms.stream().anyMatch(transform -> transform.level() == level)),
                code[0],
                late,
                registers.inputs(),
                totals,
                numbers(),
                List.copyOf(roots.regardless()),
                roots.metrics().stream().mapToInt(registers::of).toArray());
    }

    /// What is written even if the step does not take place must be known by the time that this is decided.
    private void requireInTime(int decided) {
        for (State state : roots.regardless()) {
            Value number = roots.numbers().get(state);
            boolean late = number == null ? writeLevel(state) >= decided : level(number) > decided;
            if (roots.commit() != null && late) {
                throw new IllegalArgumentException("state " + state
                        + " is to be written even if the step does not take place, but is known too late for that");
            }
        }
    }

    private int finalLevel() {
        int end = 0;
        for (Value value : registers.values()) {
            end = Math.max(end, level(value));
        }
        for (Variant.Transform transform : transforms) {
            end = Math.max(end, transform.level());
        }
        for (PassKey key : passes.keySet()) {
            end = Math.max(end, key.level);
        }
        return end;
    }

    /// Builds all passes; clears `stable` where a write turns out to come too early.
    private void emitAll() {
        operands = new ArrayList<>();
        scratch = new HashMap<>();
        reductions = new ArrayList<>();
        transforms = new ArrayList<>();
        registers = new ScalarRegisters();
        passes = new TreeMap<>();
        written.forEach((what, value) -> {
            Axes axes = what instanceof State state ? state.axes() : value.axes;
            passAt(writeLevel(what), axes).write(what, value);
        });
        if (roots.commit() != null) {
            need(roots.commit());
        }
        roots.numbers().values().forEach(this::need);
        roots.metrics().forEach(this::need);
    }

    private PassBuilder passAt(int level, Axes axes) {
        return passes.computeIfAbsent(PassKey.of(level, axes), key -> new PassBuilder(level, axes));
    }

    /// The register of a host scalar, which is computed from now on.
    private int need(Value host) {
        int known = registers.find(host);
        if (known >= 0) {
            return known;
        }
        for (Value arg : host.args) {
            if (arg.isHost()) {
                need(arg);
            }
        }
        int register = registers.add(host, level(host));
        if (host.op == Op.REDUCE) {
            reduce(host, register);
        }
        return register;
    }

    /// Has the pass over the operand of a reduction perform it.
    ///
    /// @param target the scalar register or the scratch operand that takes the result
    private void reduce(Value value, int target) {
        Value of = value.args.get(0);
        reductions.add(new Reduction(
                ((ReduceKey) value.payloadOf()).reduction(), merged.merge(of.axes), merged.merge(value.axes), target));
        passAt(level(of), of.axes).reduce(of, reductions.size() - 1);
    }

    /// The operand that holds a value of reduced shape for passes of higher levels.
    private int resident(Value value, int level, Axes reader) {
        if (value.op == Op.STATE) {
            requireUnwritten(value.payloadOf(), value.axes.equals(reader) ? level : level + 1);
            return operandOf((State) value.payloadOf());
        }
        if (value.op == Op.AFTER && writeLevel(value.payloadOf()) == level(value)) {
            return operandOf((State) value.payloadOf());
        }
        return left(value);
    }

    /// The scratch memory in which a pass leaves a value for passes of higher levels.
    private int left(Value value) {
        Integer known = scratch.get(value);
        if (known == null) {
            operands.add(new Operand(Operand.Kind.SCRATCH, merged.merge(value.axes)));
            known = operands.size() - 1;
            scratch.put(value, known);
            if (value.op == Op.REDUCE) {
                reduce(value, known);
            } else if (value.op == Op.TRANSFORM) {
                Value of = value.args.get(0);
                requireNoTotals(value, level(of), level(value));
                transforms.add(
                        new Variant.Transform(level(value), (TensorFunction) value.payloadOf(), left(of), known));
            } else {
                passAt(level(value), value.axes).leave(value, known);
            }
        }
        return known;
    }

    /// What a transform is given, and its result, are kept for one parameter at a time.
    private void requireNoTotals(Value transform, int from, int to) {
        if (hasTotals(from, to)) {
            throw new IllegalArgumentException(((TensorFunction) transform.payloadOf()).name()
                    + " cannot stand next to a link that combines all parameters after it: put that link before");
        }
    }

    private boolean hasTotals(int from, int to) {
        return IntStream.rangeClosed(from + 1, to).anyMatch(totalLevels::contains);
    }

    /// Whether to leave a value of the parameter's own shape in scratch memory for a pass of a higher level,
    /// where the pass that reduces it has it anyway. That moves three tensors, as memory is fetched before it is
    /// written; loading two to compute it again is faster, unless that takes more than divisions and roots. Between
    /// steps that wait for other parameters everything is computed again, so that one scratch memory serves all
    /// parameters in turn.
    private boolean isWorthKeeping(Value value, int level) {
        if (!value.axes.isFull() || !reduced.contains(value)) {
            return false;
        }
        if (hasTotals(level(value), level)) {
            return false;
        }
        Set<Object> loads = new HashSet<>();
        boolean[] isExpensive = new boolean[1];
        collect(value, level, loads, isExpensive, new HashSet<>());
        return loads.size() > 2 || loads.size() == 2 && isExpensive[0];
    }

    /// Collects what a pass has to load besides θ to compute a value, and whether it takes more than divisions and
    /// roots.
    private void collect(Value value, int level, Set<Object> loads, boolean[] isExpensive, Set<Value> seen) {
        if (!value.axes.isFull() || !seen.add(value)) {
            return;
        }
        switch (value.op) {
            case THETA -> {}
            case GRADIENT, STATE -> loads.add(value);
            case NOISE, TRANSFORM -> isExpensive[0] = true;
            case AFTER -> {
                if (writeLevel(value.payloadOf()) < level) {
                    loads.add(value);
                } else {
                    collect(value.args.get(0), level, loads, isExpensive, seen);
                }
            }
            default -> {
                isExpensive[0] |= value.op.isFunction();
                value.args.forEach(arg -> collect(arg, level, loads, isExpensive, seen));
            }
        }
    }

    private int writeLevel(Object what) {
        return Objects.requireNonNull(writeLevels.get(what));
    }

    /// The old value is needed at a level: the write must not come earlier.
    private void requireUnwritten(Object what, int level) {
        Integer write = writeLevels.get(what);
        if (write != null && write < level) {
            writeLevels.put(what, level);
            stable = false;
        }
    }

    private int operandOf(State state) {
        for (int i = 0; i < operands.size(); i++) {
            if (operands.get(i).state() == state) {
                return i;
            }
        }
        operands.add(new Operand(state, merged.merge(state.axes())));
        return operands.size() - 1;
    }

    private int operandOf(Operand.Kind kind, Axes axes) {
        return indexOf(new Operand(kind, merged.merge(axes)));
    }

    private int indexOf(Operand operand) {
        int known = operands.indexOf(operand);
        if (known < 0) {
            operands.add(operand);
            known = operands.size() - 1;
        }
        return known;
    }

    private int level(Value value) {
        Integer known = levels.get(value);
        if (known == null) {
            known = levelOf(value);
            levels.put(value, known);
        }
        return known;
    }

    private int levelOf(Value value) {
        if (value.op == Op.REDUCE || value.op == Op.TOTAL || value.op == Op.TRANSFORM) {
            return level(value.args.get(0)) + 1;
        }
        int level = 0;
        for (Value arg : value.args) {
            boolean inPlace = arg.isHost() || arg.axes.equals(value.axes) || isLeaf(arg);
            level = Math.max(level, inPlace ? level(arg) : level(arg) + 1);
        }
        return level;
    }

    /// Whether a pass over other axes can load the value as soon as its level has come.
    private static boolean isLeaf(Value value) {
        return value.op == Op.STATE || value.op == Op.REDUCE;
    }

    private List<Variant.Total> totals() {
        List<Variant.Total> totals = new ArrayList<>();
        for (Value value : registers.values()) {
            if (value.op == Op.TOTAL) {
                totals.add(new Variant.Total(
                        (TotalKey) value.payloadOf(),
                        registers.of(value.args.get(0)),
                        registers.of(value),
                        level(value)));
            }
        }
        return totals;
    }

    private Map<State, Integer> numbers() {
        Map<State, Integer> numbers = new LinkedHashMap<>();
        roots.numbers().forEach((state, value) -> numbers.put(state, registers.of(value)));
        return Collections.unmodifiableMap(numbers);
    }

    /// Collects the code of one pass.
    private final class PassBuilder {
        private final int level;
        private final Axes axes;
        private final List<Pass.Instruction> code = new ArrayList<>();
        private final List<Pass.Instruction> stores = new ArrayList<>();
        private final Map<Value, Integer> blocks = new HashMap<>();
        private final Map<Integer, Integer> splats = new HashMap<>();
        private int emitted;

        PassBuilder(int level, Axes axes) {
            this.level = level;
            this.axes = axes;
        }

        void write(Object what, Value value) {
            int register = register(value.op == Op.AFTER ? value.args.get(0) : value);
            int operand;
            if (what instanceof State state) {
                operand = operandOf(state);
                if (state.role() != Role.WEIGHTS) {
                    register = emit(Op.FLUSH, register, 0, 0);
                }
            } else {
                operand = operandOf(Operand.Kind.THETA, axes);
            }
            stores.add(new Pass.Instruction(Op.STORE, operand, register, 0, 0));
        }

        void leave(Value value, int operand) {
            stores.add(new Pass.Instruction(Op.STORE, operand, register(value), 0, 0));
        }

        void reduce(Value value, int reduction) {
            int register = register(value);
            code.add(new Pass.Instruction(Op.REDUCE, reduction, register, 0, 0));
        }

        private int emit(Op op, int a, int b, int c) {
            code.add(new Pass.Instruction(op, emitted, a, b, c));
            return emitted++;
        }

        private int register(Value value) {
            if (value.isHost()) {
                int scalar = need(value);
                Integer known = splats.get(scalar);
                if (known == null) {
                    known = emit(Op.SPLAT, scalar, 0, 0);
                    splats.put(scalar, known);
                }
                return known;
            }
            Integer known = blocks.get(value);
            if (known == null) {
                known = compute(value);
                blocks.put(value, known);
            }
            return known;
        }

        private int compute(Value value) {
            if (!value.axes.equals(axes)) {
                return load(resident(value, level, axes));
            }
            return switch (value.op) {
                case THETA -> {
                    requireUnwritten(THETA, level);
                    yield load(operandOf(Operand.Kind.THETA, axes));
                }
                case GRADIENT -> load(operandOf(Operand.Kind.GRADIENT, axes));
                case NOISE -> load(indexOf(new Operand((String) value.payloadOf(), merged.merge(axes))));
                case TRANSFORM -> {
                    requireNoTotals(value, level(value), level);
                    yield load(left(value));
                }
                case STATE, REDUCE -> load(resident(value, level, axes));
                case AFTER -> {
                    State state = (State) value.payloadOf();
                    yield writeLevel(state) < level ? load(operandOf(state)) : register(value.args.get(0));
                }
                default -> {
                    if (level(value) < level && (scratch.containsKey(value) || isWorthKeeping(value, level))) {
                        yield load(left(value));
                    }
                    int[] args = new int[3];
                    for (int i = 0; i < value.args.size(); i++) {
                        args[i] = register(value.args.get(i));
                    }
                    yield emit(value.op, args[0], args[1], args[2]);
                }
            };
        }

        private int load(int operand) {
            return emit(Op.LOAD, operand, 0, 0);
        }

        Pass build() {
            List<Pass.Instruction> all = new ArrayList<>(code);
            all.addAll(stores);
            return RegisterAllocation.allocate(level, merged.merge(axes), all);
        }
    }
}
