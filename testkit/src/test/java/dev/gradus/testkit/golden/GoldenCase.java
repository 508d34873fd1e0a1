package dev.gradus.testkit.golden;

import dev.gradus.tensor.ElementType;
import dev.gradus.tensor.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// What a reference optimizer did on recorded gradients.
///
/// @param finalState per name, an array per parameter, or null where the reference has none
record GoldenCase(
        String system,
        String algorithm,
        ElementType type,
        Tolerance tolerance,
        ObjectNode hyper,
        List<Tensor> params,
        List<GoldenStep> steps,
        Map<String, List<double @Nullable []>> finalState,
        Map<String, double[]> finalGlobal) {

    /// A parameter as it was at first.
    record Tensor(String name, Shape shape, double[] init) {}

    /// @param gradients of each parameter, null where it has none
    /// @param params each parameter after the step
    /// @param learningRate the value in force, where it was recorded
    /// @param hessianGradients of each parameter, where the Hessian was estimated before this step
    record GoldenStep(
            List<double @Nullable []> gradients,
            List<double[]> params,
            @Nullable Double learningRate,
            @Nullable List<double @Nullable []> hessianGradients) {}

    /// Parameters with hyperparameters of their own: the case's, but for what the group overrides.
    record Group(List<Tensor> params, Fields hyper) {}

    static GoldenCase read(Fields file) {
        file.text("id");
        file.node("source");
        if (file.has("notes")) {
            file.node("notes");
        }
        ElementType type = type(file);
        GoldenCase golden = new GoldenCase(
                file.text("system"),
                file.text("algorithm"),
                type,
                new Tolerance(file.number("tolerance"), type == ElementType.FLOAT64 ? 1e-3 : 1),
                (ObjectNode) file.node("hyper"),
                file.objects("params").stream().map(GoldenCase::tensor).toList(),
                file.objects("steps").stream().map(GoldenCase::step).toList(),
                finalState(file.object("final_state")),
                file.has("final_global") ? finalGlobal(file.object("final_global")) : Map.of());
        file.requireAllRead();
        golden.requireComplete();
        return golden;
    }

    private void requireComplete() {
        if (steps.isEmpty()) {
            throw new IllegalArgumentException("there are no steps");
        }
        for (GoldenStep step : steps) {
            requireOnePerParameter("grads", step.gradients);
            requireOnePerParameter("params", step.params);
            if (step.hessianGradients != null) {
                requireOnePerParameter("hessian_grads", step.hessianGradients);
            }
        }
        finalState.forEach(this::requireOnePerParameter);
    }

    void requireOnePerParameter(String what, List<?> list) {
        if (list.size() != params.size()) {
            throw new IllegalArgumentException(
                    what + " must have " + params.size() + " elements, one per parameter, got " + list.size());
        }
    }

    private static ElementType type(Fields file) {
        return switch (file.text("dtype")) {
            case "float64" -> ElementType.FLOAT64;
            case "float32" -> ElementType.FLOAT32;
            case "float16" -> ElementType.FLOAT16;
            default -> throw file.unknown("dtype");
        };
    }

    private static Tensor tensor(Fields fields) {
        double[] sizes = fields.numbers("shape");
        long[] shape = new long[sizes.length];
        for (int i = 0; i < shape.length; i++) {
            shape[i] = (long) sizes[i];
        }
        return new Tensor(fields.text("name"), Shape.of(shape), fields.numbers("init"));
    }

    private static GoldenStep step(Fields fields) {
        List<double[]> after = new ArrayList<>();
        for (JsonNode array : fields.list("params")) {
            after.add(Fields.numbers("params", array));
        }
        return new GoldenStep(
                arraysOrNull(fields, "grads"),
                after,
                fields.has("lr") ? fields.number("lr") : null,
                fields.has("hessian_grads") ? arraysOrNull(fields, "hessian_grads") : null);
    }

    private static List<double @Nullable []> arraysOrNull(Fields fields, String key) {
        List<double @Nullable []> arrays = new ArrayList<>();
        for (JsonNode array : fields.list(key)) {
            arrays.add(array.isNull() ? null : Fields.numbers(key, array));
        }
        return arrays;
    }

    private static Map<String, List<double @Nullable []>> finalState(Fields fields) {
        Map<String, List<double @Nullable []>> states = new LinkedHashMap<>();
        fields.keys().forEach(name -> states.put(name, arraysOrNull(fields, name)));
        return states;
    }

    private static Map<String, double[]> finalGlobal(Fields fields) {
        Map<String, double[]> states = new LinkedHashMap<>();
        for (String name : fields.keys()) {
            boolean one = fields.node(name).isNumber();
            states.put(name, one ? new double[] {fields.number(name)} : fields.numbers(name));
        }
        return states;
    }

    /// The groups in which parameters are trained, all of them together where the case has none.
    List<Group> groups() {
        ObjectNode common = hyper.deepCopy();
        JsonNode overrides = common.remove("groups");
        if (overrides == null) {
            return List.of(new Group(params, new Fields("hyper", common)));
        }
        List<Group> groups = new ArrayList<>();
        List<Tensor> grouped = new ArrayList<>();
        for (JsonNode override : overrides.values()) {
            ObjectNode own = common.deepCopy().setAll((ObjectNode) override);
            Fields fields = new Fields("hyper.groups[" + groups.size() + "]", own);
            List<Tensor> members =
                    fields.texts("params").stream().map(this::param).toList();
            groups.add(new Group(members, fields));
            grouped.addAll(members);
        }
        if (grouped.size() != params.size() || !grouped.containsAll(params)) {
            throw new IllegalArgumentException("hyper.groups: each parameter must be in one group, got "
                    + grouped.stream().map(Tensor::name).toList());
        }
        return groups;
    }

    Tensor param(String name) {
        return params.stream()
                .filter(tensor -> tensor.name.equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no parameter \"" + name + "\""));
    }

    /// Whether the reference keeps a state of this name.
    boolean keeps(String state) {
        return finalState.containsKey(state);
    }

    IllegalArgumentException unknownAlgorithm() {
        return new IllegalArgumentException("unknown algorithm \"" + algorithm + "\" of " + system);
    }
}
