package dev.gradus.checkpoint;

import dev.gradus.OptimizerState;
import dev.gradus.OptimizerState.ParameterState;
import dev.gradus.ParameterGroup;
import dev.gradus.StateView;
import dev.gradus.expr.State.Role;
import dev.gradus.tensor.ElementType;
import dev.gradus.tensor.Shape;
import dev.gradus.text.TextForm;
import java.lang.foreign.SegmentAllocator;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// What a checkpoint holds, and how it is told in tensors and texts.
///
/// Tensors: `p` is the values of parameter p, `p/link.state` a state of it, `p/step` the number of its updates,
/// `/step` that of the optimizer's, `/group:g/hyperparameter.number` what a schedule of group g remembers. Codes in
/// 8 bits are bytes, with what they stand for in the metadata. Where `p` could be a state of another parameter,
/// because what precedes its last '/' is the name of one, its values are `p/`.
///
/// @param notes the caller's own texts
/// @param version of the format
record Contents(OptimizerState state, List<GroupDescription> groups, Map<String, String> notes, String version) {
    static final String FORMAT = "gradus.format";

    /// Before it, one number was shared between groups where each group has its own now.
    static final String VERSION = "2";

    /// The version in which groups shared numbers that each of them has now.
    static final String FIRST_VERSION = "1";

    static final String STEP = "step";

    private static final String GROUPS = "gradus.groups";
    private static final String CODES = "gradus.codes";
    private static final String FROZEN = "gradus.frozen";
    private static final String EVALUATING = "gradus.evaluating";
    private static final String PENDING = "gradus.pending";
    private static final String CHECKSUMS = "gradus.checksums";
    private static final String HEADER_CHECKSUM = "gradus.checksum";
    private static final String NOTE = "note.";

    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
                    .streamReadConstraints(Header.CONSTRAINTS)
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .build();

    /// What the bytes of a tensor stand for.
    private record Codes(ElementType type, List<Long> shape) {
        Codes {
            if (!type.isEightBit()) {
                throw new IllegalArgumentException(type + " is not a type of codes");
            }
        }
    }

    static Contents of(OptimizerState state, List<ParameterGroup> groups, Map<String, String> notes) {
        return new Contents(state, groups.stream().map(GroupDescription::of).toList(), Map.copyOf(notes), VERSION);
    }

    Contents copy(SegmentAllocator allocator) {
        return new Contents(state.copy(allocator), groups, notes, version);
    }

    void write(Path file) {
        AtomicFile.write(file, content(file));
    }

    /// What a file consists of.
    ///
    /// @param file for messages
    AtomicFile.Content content(Path file) {
        List<Tensor> tensors = new ArrayList<>();
        Map<String, Codes> codes = new TreeMap<>();
        tensors.add(Tensor.count("/" + STEP, state.completed()));
        state.numbers().forEach((name, number) -> tensors.add(Tensor.number("/" + name, number)));
        Set<String> names =
                state.parameters().stream().map(ParameterState::name).collect(Collectors.toSet());
        for (ParameterState parameter : state.parameters()) {
            tensors.add(Tensor.count(parameter.name() + "/" + STEP, parameter.completed()));
            if (parameter.values() != null) {
                tensors.add(tensor(nameOfValues(parameter.name(), names), parameter.values(), codes));
            }
            parameter.states().forEach(view -> tensors.add(tensor(view.name(), view, codes)));
        }
        Map<String, String> sums = new TreeMap<>();
        tensors.forEach(tensor -> sums.put(tensor.name(), Chunks.checksum(tensor.data())));

        Map<String, String> metadata = new TreeMap<>();
        notes.forEach((key, text) -> metadata.put(NOTE + key, text));
        metadata.put(FORMAT, version);
        metadata.put(GROUPS, JSON.writeValueAsString(in(TextForm.STANDARD.complete(), groups)));
        metadata.put(CODES, JSON.writeValueAsString(codes));
        metadata.put(FROZEN, JSON.writeValueAsString(frozen()));
        metadata.put(EVALUATING, String.valueOf(state.isEvaluating()));
        if (!state.pendingEvents().isEmpty()) {
            metadata.put(PENDING, JSON.writeValueAsString(state.pendingEvents()));
        }
        metadata.put(CHECKSUMS, JSON.writeValueAsString(sums));
        metadata.put(HEADER_CHECKSUM, headerChecksum(metadata, tensors));
        return Safetensors.content(file, metadata, tensors, this::requireReadable);
    }

    /// Refuses what would be read otherwise.
    private void requireReadable(Safetensors file) {
        Contents read = read(file);
        if (!read.groups.equals(in(TextForm.STANDARD, groups))
                || !read.notes.equals(notes)
                || !read.frozen().equals(frozen())) {
            throw new CheckpointException("groups, notes or parameters would be read otherwise than they were written");
        }
    }

    private List<String> frozen() {
        return state.parameters().stream()
                .filter(ParameterState::isFrozen)
                .map(ParameterState::name)
                .toList();
    }

    private static String nameOfValues(String parameter, Set<String> parameters) {
        return parameters.contains(beforeLastSlash(parameter)) ? parameter + "/" : parameter;
    }

    /// The parameter, if it is the name of a state.
    private static String beforeLastSlash(String name) {
        return name.substring(0, Math.max(0, name.lastIndexOf('/')));
    }

    private static Tensor tensor(String name, StateView view, Map<String, Codes> codes) {
        Shape shape = view.shape();
        if (view.type().isEightBit()) {
            codes.put(name, new Codes(view.type(), sizes(shape)));
            shape = Shape.of(view.values().byteSize());
        }
        return new Tensor(name, DataType.of(view.type()), shape, view.values());
    }

    private static List<Long> sizes(Shape shape) {
        List<Long> sizes = new ArrayList<>();
        for (int axis = 0; axis < shape.rank(); axis++) {
            sizes.add(shape.size(axis));
        }
        return sizes;
    }

    /// Covers all texts, and the name, type and shape of each tensor.
    private static String headerChecksum(Map<String, String> metadata, List<Tensor> tensors) {
        CRC32C sum = new CRC32C();
        new TreeMap<>(metadata).forEach((key, text) -> {
            if (!key.equals(HEADER_CHECKSUM)) {
                update(sum, key);
                update(sum, text);
            }
        });
        tensors.stream().sorted(Comparator.comparing(Tensor::name)).forEach(tensor -> {
            update(sum, tensor.name());
            update(sum, tensor.type() + " " + tensor.shape());
        });
        return Chunks.hex(sum);
    }

    private static void update(CRC32C sum, String text) {
        sum.update(text.getBytes(StandardCharsets.UTF_8));
        sum.update(0);
    }

    /// Reads what a file holds; the tensors stay in the file.
    ///
    /// @throws CheckpointException if it is not a checkpoint
    static Contents read(Safetensors file) {
        requireFormat(file);
        List<GroupDescription> groups =
                in(TextForm.STANDARD, text(file, GROUPS, new TypeReference<List<GroupDescription>>() {}));
        Map<String, Codes> codes = text(file, CODES, new TypeReference<Map<String, Codes>>() {});
        Set<String> frozen = new HashSet<>(text(file, FROZEN, new TypeReference<List<String>>() {}));
        Map<String, List<StateView>> states = new LinkedHashMap<>();
        Map<String, StateView> values = new LinkedHashMap<>();
        Map<String, Long> steps = new LinkedHashMap<>();
        Map<String, Double> numbers = new LinkedHashMap<>();
        groups.forEach(group -> group.parameters().forEach(name -> states.put(name, new ArrayList<>())));
        Map<String, String> valueNames = new HashMap<>();
        states.keySet().forEach(name -> valueNames.put(nameOfValues(name, states.keySet()), name));
        for (Tensor tensor : file.tensors()) {
            String name = tensor.name();
            String valuesOf = valueNames.get(name);
            String parameter = beforeLastSlash(name);
            List<StateView> own = states.get(parameter);
            if (valuesOf != null) {
                values.put(valuesOf, view(valuesOf, tensor, codes));
            } else if (own != null || name.equals("/" + STEP)) {
                if (name.endsWith("/" + STEP)) {
                    steps.put(parameter, count(tensor));
                } else {
                    Objects.requireNonNull(own).add(view(name, tensor, codes));
                }
            } else if (name.startsWith("/")) {
                numbers.put(name.substring(1), number(tensor));
            } else {
                throw new CheckpointException("tensor \"" + name + "\" is of no parameter in any group");
            }
        }
        List<ParameterState> parameters = new ArrayList<>();
        states.forEach((name, own) -> parameters.add(
                new ParameterState(name, count(steps, name), frozen.contains(name), values.get(name), own)));
        Map<String, String> notes = new TreeMap<>();
        file.metadata().forEach((key, text) -> {
            if (key.startsWith(NOTE)) {
                notes.put(key.substring(NOTE.length()), text);
            }
        });
        return new Contents(
                new OptimizerState(count(steps, ""), isEvaluating(file), parameters, numbers, pending(file)),
                groups,
                notes,
                text(file, FORMAT));
    }

    private static List<GroupDescription> in(TextForm form, List<GroupDescription> groups) {
        return groups.stream().map(group -> group.in(form)).toList();
    }

    private static void requireFormat(Safetensors file) {
        String version = file.metadata().get(FORMAT);
        if (version == null) {
            throw new CheckpointException("is not a checkpoint of Gradus: its metadata has no " + FORMAT);
        }
        if (!version.equals(VERSION) && !version.equals(FIRST_VERSION)) {
            throw new CheckpointException("has format \"" + version + "\", but this version of Gradus reads formats "
                    + FIRST_VERSION + " and " + VERSION);
        }
    }

    /// The events that await their step; files of earlier versions do not say so.
    private static Set<String> pending(Safetensors file) {
        return file.metadata().containsKey(PENDING)
                ? new TreeSet<>(text(file, PENDING, new TypeReference<List<String>>() {}))
                : Set.of();
    }

    private static boolean isEvaluating(Safetensors file) {
        String text = text(file, EVALUATING);
        if (!text.equals("true") && !text.equals("false")) {
            throw new CheckpointException(EVALUATING + " must be true or false, got \"" + text + "\"");
        }
        return text.equals("true");
    }

    private static String text(Safetensors file, String key) {
        String text = file.metadata().get(key);
        if (text == null) {
            throw new CheckpointException("its metadata has no " + key);
        }
        return text;
    }

    private static <T> T text(Safetensors file, String key, TypeReference<T> type) {
        try {
            T value = JSON.readValue(text(file, key), type);
            if (value == null) {
                throw new CheckpointException(key + " is null");
            }
            return value;
        } catch (JacksonException e) {
            throw new CheckpointException(key + " is not valid: " + e.getOriginalMessage(), e);
        }
    }

    private static long count(Tensor tensor) {
        if (tensor.type() != DataType.I64 || tensor.shape().rank() != 0) {
            throw new CheckpointException("step count \"" + tensor.name() + "\" must be one I64, got " + tensor.type()
                    + " of shape " + tensor.shape());
        }
        long count = tensor.data().get(LittleEndian.LONG, 0);
        if (count < 0) {
            throw new CheckpointException("step count \"" + tensor.name() + "\" must be at least 0, got " + count);
        }
        return count;
    }

    private static double number(Tensor tensor) {
        if (tensor.type() != DataType.F64 || tensor.shape().rank() != 0) {
            throw new CheckpointException(
                    "\"" + tensor.name() + "\" must be one F64, got " + tensor.type() + " of shape " + tensor.shape());
        }
        return tensor.get(0);
    }

    private static long count(Map<String, Long> steps, String name) {
        Long count = steps.get(name);
        if (count == null) {
            throw new CheckpointException("there is no step count \"" + name + "/" + STEP + "\"");
        }
        return count;
    }

    /// How a tensor lies in an optimizer. What its values are does not matter to a checkpoint.
    private static StateView view(String name, Tensor tensor, Map<String, Codes> codes) {
        Codes of = codes.get(tensor.name());
        ElementType type = tensor.type() == DataType.U8 && of != null
                ? of.type()
                : tensor.type().elementType();
        if (type == null) {
            throw new CheckpointException("tensor \"" + tensor.name() + "\" "
                    + (tensor.type() == DataType.U8
                            ? "is of bytes, but " + CODES + " does not say what they stand for"
                            : "has type " + tensor.type() + ", which no state has"));
        }
        Shape shape = of == null ? tensor.shape() : shape(tensor, of);
        return new StateView(name, shape, type, Role.WEIGHTS, tensor.data());
    }

    private static Shape shape(Tensor tensor, Codes codes) {
        try {
            Shape shape =
                    Shape.of(codes.shape().stream().mapToLong(Long::longValue).toArray());
            if (codes.type().bytes(shape.elements()) == tensor.data().byteSize()
                    && shape.elements() <= tensor.data().byteSize()) {
                return shape;
            }
            throw new CheckpointException("tensor \"" + tensor.name() + "\" has "
                    + tensor.data().byteSize() + " bytes, which are not the codes of shape " + shape);
        } catch (IllegalArgumentException e) {
            throw new CheckpointException("tensor \"" + tensor.name() + "\": " + e.getMessage(), e);
        }
    }

    /// Compares everything with its checksum.
    ///
    /// @throws CheckpointException listing all that differs
    static void verify(Safetensors file) {
        requireFormat(file);
        List<String> problems = new ArrayList<>();
        if (!text(file, HEADER_CHECKSUM).equals(headerChecksum(file.metadata(), file.tensors()))) {
            problems.add("the header is not as it was written");
        }
        Map<String, String> sums = text(file, CHECKSUMS, new TypeReference<Map<String, String>>() {});
        for (Tensor tensor : file.tensors()) {
            String expected = sums.get(tensor.name());
            if (expected == null) {
                problems.add("tensor \"" + tensor.name() + "\" has no checksum");
            } else if (!expected.equals(checksum(tensor))) {
                problems.add("tensor \"" + tensor.name() + "\" is not as it was written");
            }
        }
        sums.keySet().stream()
                .filter(name -> file.tensor(name).isEmpty())
                .sorted()
                .forEach(name -> problems.add("tensor \"" + name + "\" is missing"));
        if (!problems.isEmpty()) {
            throw new CheckpointException("is damaged", problems);
        }
    }

    private static String checksum(Tensor tensor) {
        try {
            return Chunks.checksum(tensor.data());
        } catch (InternalError e) {
            // The JVM says so when mapped memory is not there.
            throw new CheckpointException(
                    "tensor \"" + tensor.name() + "\" cannot be read: the file was truncated meanwhile", e);
        }
    }
}
