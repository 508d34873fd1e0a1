package dev.gradus.checkpoint;

import dev.gradus.OptimizerState;
import dev.gradus.OptimizerState.ParameterState;
import dev.gradus.StateView;
import dev.gradus.tensor.ElementType;
import dev.gradus.tensor.Shape;
import java.lang.foreign.SegmentAllocator;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// What a file of PyTorch's says about an optimizer's parameters.
final class TorchFile {
    static final String STATE = "state.";
    static final String STEP = "step";
    static final String STEPS_DONE = "steps_done";

    /// In the metadata, before the name of a parameter whose count is not one of float32.
    static final String EXACT_STEP = "step.";

    private final Map<String, Tensor> unread = new LinkedHashMap<>();
    private final Map<String, String> exactSteps = new HashMap<>();
    private final @Nullable String stepsDone;
    private final SegmentAllocator allocator;
    private final List<String> problems = new ArrayList<>();
    private boolean hasStates;
    private long completed;

    /// @param names what a parameter of the file is called in the optimizer
    /// @param allocator of what is widened
    TorchFile(Safetensors file, UnaryOperator<String> names, SegmentAllocator allocator) {
        this.allocator = allocator;
        for (Tensor tensor : file.tensors()) {
            String name = renamed(tensor.name(), names);
            if (unread.put(name, new Tensor(name, tensor.type(), tensor.shape(), tensor.data())) != null) {
                problems.add("two tensors are to be called \"" + name + "\"");
            }
            hasStates |= name.startsWith(STATE);
        }
        file.metadata().forEach((key, text) -> {
            if (key.startsWith(EXACT_STEP)) {
                exactSteps.put(names.apply(key.substring(EXACT_STEP.length())), text);
            }
        });
        stepsDone = file.metadata().get(STEPS_DONE);
    }

    private static String renamed(String tensor, UnaryOperator<String> names) {
        int dot = tensor.lastIndexOf('.');
        return tensor.startsWith(STATE) && dot > STATE.length()
                ? STATE + names.apply(tensor.substring(STATE.length(), dot)) + tensor.substring(dot)
                : names.apply(tensor);
    }

    /// All that keeps the file from being loaded as a whole, a sentence each.
    List<String> problems() {
        return problems;
    }

    /// The tensors that are of no parameter here.
    List<String> unexpected() {
        return List.copyOf(unread.keySet());
    }

    /// The optimizer's number of completed updates.
    long completed() {
        return completed;
    }

    /// The parameters that are in the file, with the values and states that are there. What an optimizer cannot have
    /// is left out.
    List<ParameterState> parameters(OptimizerState own, boolean valuesOnly) {
        boolean hasValues = own.parameters().stream().anyMatch(p -> unread.containsKey(p.name()));
        completed = valuesOnly ? 0 : stepsDone == null ? greatestStep() : count(STEPS_DONE, stepsDone);
        List<ParameterState> parameters = new ArrayList<>();
        for (ParameterState parameter : own.parameters()) {
            ParameterState found = parameter(parameter, hasValues, valuesOnly);
            if (found.values() != null || !hasValues) {
                parameters.add(found);
            }
        }
        if (valuesOnly && !hasValues) {
            problems.add("no parameter of the optimizer is in the file");
        }
        if (valuesOnly) {
            unread.keySet().removeIf(name -> name.startsWith(STATE));
        }
        unread.keySet().forEach(name -> problems.add("tensor \"" + name + "\" is unexpected"));
        return parameters;
    }

    private ParameterState parameter(ParameterState own, boolean hasValues, boolean valuesOnly) {
        StateView values = own.values() == null || !hasValues ? null : take(own.name(), own.values(), false);
        if (valuesOnly) {
            return new ParameterState(own.name(), 0, own.isFrozen(), values, List.of());
        }
        String prefix = STATE + own.name() + ".";
        List<StateView> ofRule =
                own.states().stream().filter(state -> !isOfNoRule(own, state)).toList();
        boolean hasState = ofRule.isEmpty() || unread.keySet().stream().anyMatch(name -> isKey(name, prefix));
        Tensor step = unread.remove(prefix + STEP);
        if (!hasState) {
            return new ParameterState(own.name(), 0, own.isFrozen(), values, List.of());
        }
        List<StateView> states = new ArrayList<>();
        for (StateView state : ofRule) {
            StateView taken = take(prefix + key(state.name()), state, true);
            if (taken != null) {
                states.add(taken);
            }
        }
        return new ParameterState(
                own.name(), step == null ? completed : count(step, own.name()), own.isFrozen(), values, states);
    }

    /// Whether a state follows from the parameter's values or its count of steps, so that PyTorch does not have it.
    static boolean isOfNoRule(ParameterState parameter, StateView state) {
        String suffix = state.name().substring(parameter.name().length());
        return suffix.equals(PartialLoad.MASTER) || suffix.equals(PartialLoad.LAST_STEP);
    }

    /// A state's name without the parameter and the link.
    static String key(String name) {
        return name.substring(Math.max(name.lastIndexOf('/'), name.lastIndexOf('.')) + 1);
    }

    private static boolean isKey(String name, String prefix) {
        return name.startsWith(prefix) && name.indexOf('.', prefix.length()) < 0;
    }

    /// A tensor under the name that it has here, in the type that it has here where that changes no value.
    private @Nullable StateView take(String name, StateView own, boolean isState) {
        Tensor tensor = unread.remove(name);
        if (tensor == null) {
            problems.add("tensor \"" + name + "\" is missing");
            return null;
        }
        ElementType type = tensor.type().elementType();
        boolean isOneNumber = own.shape().rank() == 0 && tensor.shape().equals(Shape.of(1));
        if (!tensor.shape().equals(own.shape()) && !isOneNumber) {
            problems.add("tensor \"" + name + "\" has shape " + tensor.shape() + ", not " + own.shape());
        } else if (type == null || !fits(type, own.type(), isState)) {
            problems.add("tensor \"" + name + "\" is " + tensor.type() + ", but is stored here as " + own.type()
                    + remedy(type, own.type(), isState));
        } else {
            StateView view = new StateView(own.name(), own.shape(), type, own.role(), tensor.data());
            return Widening.widened(view, own.name(), own.type(), allocator);
        }
        return type == null ? null : new StateView(own.name(), tensor.shape(), type, own.role(), tensor.data());
    }

    private static boolean fits(ElementType from, ElementType own, boolean isState) {
        return from == own || isState && !own.isEightBit() && Widening.isExact(from, own);
    }

    /// What lets a state be loaded that would have to be rounded.
    private static String remedy(@Nullable ElementType from, ElementType own, boolean isState) {
        if (!isState || from == null) {
            return "";
        }
        return own.isEightBit() || own.isHalf()
                ? ", which would round it: load into an optimizer that stores states as " + from
                : ", which would round it";
    }

    private long greatestStep() {
        long greatest = -1;
        for (Tensor tensor : unread.values()) {
            if (tensor.name().startsWith(STATE) && tensor.name().endsWith("." + STEP)) {
                String parameter =
                        tensor.name().substring(STATE.length(), tensor.name().length() - STEP.length() - 1);
                greatest = Math.max(greatest, count(tensor, parameter));
            }
        }
        if (greatest < 0) {
            problems.add(
                    hasStates
                            ? "no step count is in the file, and its metadata has no " + STEPS_DONE
                            : "no state of an optimizer is in the file: Loading.STRICT.onlyValues() loads its"
                                    + " parameters alone");
        }
        return Math.max(0, greatest);
    }

    private long count(Tensor tensor, String parameter) {
        if (tensor.shape().elements() != 1 || !tensor.type().isNumber()) {
            problems.add("tensor \"" + tensor.name() + "\" must be one number, got " + tensor.type() + " of shape "
                    + tensor.shape());
            return 0;
        }
        double count = tensor.get(0);
        if (!(count >= 0 && count == Math.rint(count) && count <= 0x1p53)) {
            problems.add("tensor \"" + tensor.name() + "\" must be a whole number of updates, got " + count);
            return 0;
        }
        String text = exactSteps.get(parameter);
        if (text == null) {
            return (long) count;
        }
        long exact = count(EXACT_STEP + parameter, text);
        if (exact != count && (float) exact != count) {
            problems.add("tensor \"" + tensor.name() + "\" is " + count + ", but the metadata says " + exact);
        }
        return exact;
    }

    private long count(String name, String text) {
        if (!text.matches("[0-9]{1,18}")) {
            problems.add(name + " must be a whole number of updates, got \"" + text + "\"");
            return 0;
        }
        return Long.parseLong(text);
    }
}
