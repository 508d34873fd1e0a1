package dev.gradus.checkpoint;

import dev.gradus.Optimizer;
import dev.gradus.OptimizerState;
import dev.gradus.OptimizerState.ParameterState;
import dev.gradus.StateView;
import dev.gradus.tensor.ElementType;
import dev.gradus.tensor.Shape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/// Exchanges parameters and states with PyTorch: safetensors files with the tensors `<parameter>` and
/// `state.<parameter>.<key>`, the names that `torch.distributed.checkpoint` gives to optimizer states.
///
/// Gradus's states have the names of PyTorch's where both have the rule, so the key is the state's name without its
/// link: `exp_avg`, `momentum_buffer`. `step` is the parameter's count of updates, which PyTorch does not keep for
/// SGD. It is a float32 there, so counts above 2²⁴ are in the metadata, too, where they are exact. A parameter that
/// has had no update has no state in the file. Rules and hyperparameters are not in the file: `docs/checkpoints.md`
/// says which rule is which class of `torch.optim`.
public final class TorchState {
    private TorchState() {}

    /// Loads what PyTorch has written.
    ///
    /// The optimizer's own count becomes the one in the file's metadata as `steps_done`, or else the largest
    /// `step`. Parameters' values may be missing in the file, all of them; they stay as they are then. States are
    /// widened where that changes no value, such as a bfloat16 average for a float32 one; a float32 copy of a
    /// 16-bit parameter becomes its value.
    ///
    /// @return what was done with each parameter; rules and hyperparameters are not compared
    /// @throws CheckpointException listing all that does not fit; nothing has changed then
    public static LoadReport load(Path path, Optimizer optimizer) {
        return load(path, optimizer, Loading.STRICT);
    }

    /// The same as the options say: [Loading#renaming], such as for names that begin with `module.`,
    /// [Loading#onlyValues] for a file without the state of an optimizer, [Loading#partial] for one that has more
    /// or less than the optimizer.
    ///
    /// @throws CheckpointException listing all that does not fit; nothing has changed then
    /// @throws IllegalArgumentException if settings are to be restored, which the file does not have
    public static LoadReport load(Path path, Optimizer optimizer, Loading options) {
        if (options.restoresSettings()) {
            throw new IllegalArgumentException("a file of PyTorch has no settings that could be restored");
        }
        try (Safetensors file = Safetensors.open(path);
                Arena arena = Arena.ofShared()) {
            if (optimizer.isEvaluating()) {
                throw new CheckpointException("cannot be loaded in evaluation mode: call train() first");
            }
            TorchFile read = new TorchFile(file, options.names(), arena);
            List<ParameterState> parameters = optimizer.save(own -> read.parameters(own, options.valuesOnly()));
            if (!options.isPartial() && !read.problems().isEmpty()) {
                throw new CheckpointException("does not fit the optimizer", read.problems());
            }
            OptimizerState state = new OptimizerState(read.completed(), false, parameters, Map.of());
            Loading fitting = options.partial().renaming(UnaryOperator.identity());
            LoadReport report =
                    new Loader(new Contents(state, List.of(), Map.of(), Contents.VERSION), fitting).load(optimizer);
            return options.isPartial() ? report.withUnused(read.unexpected()) : asWhole(report, options);
        } catch (CheckpointException e) {
            throw e.of(path);
        }
    }

    /// A parameter without states in a file that fits was never updated, so it begins as it should.
    private static LoadReport asWhole(LoadReport report, Loading options) {
        if (options.valuesOnly()) {
            return report;
        }
        List<String> loaded = new ArrayList<>(report.loaded());
        report.valuesOnly().forEach(sentence -> loaded.add(sentence.substring(0, sentence.indexOf(": state "))));
        return new LoadReport(
                loaded, List.of(), List.of(), List.of(), List.of(), List.of(), report.differences(), Set.of());
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
            metadata.put(TorchFile.STEPS_DONE, Long.toString(state.completed()));
            for (ParameterState parameter : state.parameters()) {
                if ((long) (float) parameter.completed() != parameter.completed()) {
                    metadata.put(TorchFile.EXACT_STEP + parameter.name(), Long.toString(parameter.completed()));
                }
            }
            try (Arena arena = Arena.ofShared()) {
                Safetensors.write(path, metadata, tensors(path, state, arena));
            }
            return path;
        });
    }

    private static List<Tensor> tensors(Path path, OptimizerState state, Arena arena) {
        List<String> problems = new ArrayList<>();
        if (state.isEvaluating()) {
            problems.add("the optimizer is in evaluation mode, which PyTorch has not");
        }
        for (String event : state.pendingEvents()) {
            problems.add(
                    "the event \"" + event + "\" has moved parameters until its step, which PyTorch cannot make: make"
                            + " the step, or call cancelEvent(), which puts them back");
        }
        List<Tensor> tensors = new ArrayList<>();
        for (ParameterState parameter : state.parameters()) {
            if (parameter.values() != null) {
                tensors.add(tensor(parameter.name(), parameter.values(), arena));
            }
            String prefix = TorchFile.STATE + parameter.name() + ".";
            Set<String> keys = new HashSet<>();
            for (StateView view : parameter.states()) {
                String key = TorchFile.key(view.name());
                if (TorchFile.isOfNoRule(parameter, view)) {
                    problem(parameter, view).ifPresent(problems::add);
                } else if (!keys.add(key)) {
                    problems.add("parameter " + parameter.name() + " has two states \"" + key + "\"");
                } else if (parameter.completed() > 0) {
                    tensors.add(tensor(prefix + key, view, arena));
                }
            }
            if (parameter.completed() > 0) {
                MemorySegment step = arena.allocate(Float.BYTES);
                step.set(ValueLayout.JAVA_FLOAT, 0, (float) parameter.completed());
                tensors.add(new Tensor(prefix + TorchFile.STEP, DataType.F32, Shape.of(), step));
            }
        }
        if (!problems.isEmpty()) {
            throw new CheckpointException(path + " cannot be written for PyTorch", problems);
        }
        return tensors;
    }

    /// Why a state cannot be left out, if it cannot.
    private static Optional<String> problem(ParameterState parameter, StateView state) {
        if (state.name().endsWith(PartialLoad.MASTER)) {
            return Optional.of("parameter " + parameter.name() + " has a float32 copy, which PyTorch does not keep");
        }
        for (long row = 0; row < state.shape().elements(); row++) {
            if (state.type().read(state.values(), row) != parameter.completed()) {
                return Optional.of("parameter " + parameter.name()
                        + " has rows that have missed steps, which PyTorch does not count: call catchUp() first");
            }
        }
        return Optional.empty();
    }

    private static Tensor tensor(String name, StateView view, Arena arena) {
        StateView wide =
                view.type().isEightBit() ? Widening.widened(view, view.name(), ElementType.FLOAT32, arena) : view;
        return new Tensor(name, DataType.of(wide.type()), wide.shape(), wide.values());
    }
}
