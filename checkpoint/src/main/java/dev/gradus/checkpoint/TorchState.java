package dev.gradus.checkpoint;

import dev.gradus.Optimizer;
import dev.gradus.OptimizerState;
import dev.gradus.OptimizerState.ParameterState;
import dev.gradus.StateView;
import dev.gradus.tensor.ElementType;
import dev.gradus.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Exchanges parameters and states with PyTorch: safetensors files with the tensors `<parameter>` and
/// `state.<parameter>.<key>`, the names that `torch.distributed.checkpoint` gives to optimizer states.
///
/// Gradus's states have the names of PyTorch's where both have the rule, so the key is the state's name without its
/// link: `exp_avg`, `momentum_buffer`. `step` is the parameter's count of updates, which PyTorch does not keep for
/// SGD. A parameter that has had no update has no state in the file. Rules and hyperparameters are not in the file:
/// `docs/checkpoints.md` says which rule is which class of `torch.optim`.
public final class TorchState {
    private static final String STATE = "state.";
    private static final String STEP = "step";
    private static final String STEPS_DONE = "steps_done";

    private TorchState() {}

    /// Loads what PyTorch has written.
    ///
    /// The optimizer's own count becomes the one in the file's metadata as `steps_done`, or else the largest
    /// `step`. Parameters' values may be missing in the file, all of them; they stay as they are then.
    ///
    /// @throws CheckpointException listing all that does not fit; nothing has changed then
    public static void load(Path path, Optimizer optimizer) {
        try (Safetensors file = Safetensors.open(path)) {
            Reading reading = new Reading(file);
            OptimizerState state = optimizer.save(reading::state);
            List<String> problems = new ArrayList<>(reading.problems);
            problems.addAll(optimizer.misfits(state));
            if (!problems.isEmpty()) {
                throw new CheckpointException("does not fit the optimizer", problems).of(path);
            }
            optimizer.load(state);
        }
    }

    /// Writes a file that PyTorch can load with `tools/gradus_torch.py`. States that are stored in 8
    /// bits are widened, exactly.
    ///
    /// @throws CheckpointException if the optimizer keeps something that PyTorch has no place for, or the file
    ///     cannot be written; what was there is still there then
    public static void save(Path path, Optimizer optimizer) {
        optimizer.save(state -> {
            Map<String, String> metadata = new TreeMap<>();
            metadata.put("format", "pt");
            metadata.put(STEPS_DONE, Long.toString(state.completed()));
            Safetensors.write(path, metadata, tensors(path, state));
            return path;
        });
    }

    private static List<Tensor> tensors(Path path, OptimizerState state) {
        List<String> problems = new ArrayList<>();
        if (state.isEvaluating()) {
            problems.add("the optimizer is in evaluation mode, which PyTorch has not");
        }
        List<Tensor> tensors = new ArrayList<>();
        for (ParameterState parameter : state.parameters()) {
            if (parameter.values() != null) {
                tensors.add(tensor(parameter.name(), parameter.values()));
            }
            Set<String> keys = new HashSet<>();
            for (StateView view : parameter.states()) {
                String key = key(view.name());
                if (view.name().equals(parameter.name() + "/master")) {
                    problems.add("parameter " + parameter.name() + " has a float32 copy, which PyTorch does not keep");
                } else if (!keys.add(key)) {
                    problems.add("parameter " + parameter.name() + " has two states \"" + key + "\"");
                } else if (parameter.completed() > 0) {
                    tensors.add(tensor(STATE + parameter.name() + "." + key, view));
                }
            }
            if (parameter.completed() > 0) {
                MemorySegment step = convert(1, ElementType.FLOAT32, i -> parameter.completed());
                tensors.add(new Tensor(STATE + parameter.name() + "." + STEP, DataType.F32, Shape.of(), step));
            }
        }
        if (!problems.isEmpty()) {
            throw new CheckpointException(path + " cannot be written for PyTorch", problems);
        }
        return tensors;
    }

    /// The state's name without the parameter and the link.
    private static String key(String name) {
        return name.substring(Math.max(name.lastIndexOf('/'), name.lastIndexOf('.')) + 1);
    }

    private static Tensor tensor(String name, StateView view) {
        boolean isWide = !view.type().isEightBit();
        MemorySegment data = isWide
                ? view.values()
                : convert(
                        view.shape().elements(),
                        ElementType.FLOAT32,
                        i -> view.type().read(view.values(), i));
        return new Tensor(name, DataType.of(isWide ? view.type() : ElementType.FLOAT32), view.shape(), data);
    }

    private interface Numbers {
        double get(long index);
    }

    private static MemorySegment convert(long elements, ElementType type, Numbers numbers) {
        byte[] bytes = new byte[Math.toIntExact(Math.multiplyExact(elements, (long) type.bytes()))];
        MemorySegment converted = MemorySegment.ofArray(bytes);
        for (long i = 0; i < elements; i++) {
            if (type == ElementType.FLOAT64) {
                converted.set(ValueLayout.JAVA_DOUBLE_UNALIGNED, i * Double.BYTES, numbers.get(i));
            } else {
                converted.set(ValueLayout.JAVA_FLOAT_UNALIGNED, i * Float.BYTES, (float) numbers.get(i));
            }
        }
        return converted;
    }

    /// What a file of PyTorch's says about an optimizer's parameters.
    private static final class Reading {
        private final Map<String, Tensor> unread = new LinkedHashMap<>();
        private final @Nullable String stepsDone;
        private final List<String> problems = new ArrayList<>();

        Reading(Safetensors file) {
            file.tensors().forEach(tensor -> unread.put(tensor.name(), tensor));
            stepsDone = file.metadata().get(STEPS_DONE);
        }

        OptimizerState state(OptimizerState own) {
            boolean hasValues = own.parameters().stream().anyMatch(p -> unread.containsKey(p.name()));
            long done = stepsDone == null ? greatestStep() : count(STEPS_DONE, stepsDone);
            List<ParameterState> parameters = own.parameters().stream()
                    .map(parameter -> parameter(parameter, hasValues, done))
                    .toList();
            unread.keySet().forEach(name -> problems.add("tensor \"" + name + "\" is unexpected"));
            return new OptimizerState(done, false, parameters, own.numbers());
        }

        private ParameterState parameter(ParameterState own, boolean hasValues, long done) {
            String prefix = STATE + own.name() + ".";
            boolean hasState =
                    own.states().isEmpty() || unread.keySet().stream().anyMatch(name -> isKey(name, prefix));
            Tensor step = unread.remove(prefix + STEP);
            long completed = hasState ? step == null ? done : count(step) : 0;
            StateView values = own.values();
            if (values != null) {
                values = hasValues ? take(own.name(), values) : null;
            }
            List<StateView> states = hasState
                    ? own.states().stream()
                            .map(state -> take(prefix + key(state.name()), state))
                            .toList()
                    : own.states();
            return new ParameterState(own.name(), completed, own.isFrozen(), values, states);
        }

        private static boolean isKey(String name, String prefix) {
            return name.startsWith(prefix) && name.indexOf('.', prefix.length()) < 0;
        }

        private StateView take(String name, StateView own) {
            Tensor tensor = unread.remove(name);
            if (tensor == null) {
                problems.add("tensor \"" + name + "\" is missing");
            } else if (!tensor.shape().equals(own.shape()) && !isOneNumber(tensor, own)) {
                problems.add("tensor \"" + name + "\" has shape " + tensor.shape() + ", not " + own.shape());
            } else if (own.shape().rank() == 0 && tensor.type().isFloat()) {
                return new StateView(
                        own.name(), own.shape(), own.type(), own.role(), convert(1, own.type(), tensor::get));
            } else if (tensor.type() != DataType.of(own.type()) || own.type().isEightBit()) {
                problems.add("tensor \"" + name + "\" is " + tensor.type() + ", but is stored here as " + own.type());
            } else {
                return new StateView(own.name(), own.shape(), own.type(), own.role(), tensor.data());
            }
            return own;
        }

        private static boolean isOneNumber(Tensor tensor, StateView own) {
            return own.shape().rank() == 0 && tensor.shape().equals(Shape.of(1));
        }

        private long greatestStep() {
            long greatest = -1;
            for (Tensor tensor : unread.values()) {
                if (tensor.name().startsWith(STATE) && tensor.name().endsWith("." + STEP)) {
                    greatest = Math.max(greatest, count(tensor));
                }
            }
            if (greatest < 0) {
                problems.add("no step count is in the file, and its metadata has no " + STEPS_DONE);
            }
            return Math.max(0, greatest);
        }

        private long count(Tensor tensor) {
            if (tensor.shape().elements() == 1 && tensor.type().isNumber()) {
                double count = tensor.get(0);
                if (count >= 0 && count == Math.rint(count) && count <= 0x1p53) {
                    return (long) count;
                }
                problems.add("tensor \"" + tensor.name() + "\" must be a whole number of updates, got " + count);
            } else {
                problems.add("tensor \"" + tensor.name() + "\" must be one number, got " + tensor.type() + " of shape "
                        + tensor.shape());
            }
            return 0;
        }

        private long count(String name, String text) {
            if (!text.matches("[0-9]{1,18}")) {
                problems.add(name + " must be a whole number of updates, got \"" + text + "\"");
                return 0;
            }
            return Long.parseLong(text);
        }
    }
}
