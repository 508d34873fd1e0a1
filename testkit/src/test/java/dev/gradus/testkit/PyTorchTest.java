package dev.gradus.testkit;

import static dev.gradus.rule.Chain.chain;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.gradus.Optimizer;
import dev.gradus.Parameter;
import dev.gradus.ParameterGroup;
import dev.gradus.checkpoint.DataType;
import dev.gradus.checkpoint.Safetensors;
import dev.gradus.checkpoint.Tensor;
import dev.gradus.checkpoint.TorchState;
import dev.gradus.rule.Rule;
import dev.gradus.rules.Rules;
import dev.gradus.rules.adaptive.Adadelta;
import dev.gradus.rules.adaptive.Adagrad;
import dev.gradus.rules.adaptive.AmsGrad;
import dev.gradus.rules.adaptive.EpsPlacement;
import dev.gradus.rules.adaptive.Rectify;
import dev.gradus.rules.adaptive.RmsProp;
import dev.gradus.rules.adaptive.RootEps;
import dev.gradus.rules.average.Asgd;
import dev.gradus.rules.control.DecayOverTime;
import dev.gradus.rules.control.Descend;
import dev.gradus.rules.control.Scale;
import dev.gradus.rules.decay.DecayWeights;
import dev.gradus.rules.momentum.Dampen;
import dev.gradus.rules.momentum.Momentum;
import dev.gradus.rules.momentum.Rprop;
import dev.gradus.tensor.ElementType;
import dev.gradus.tensor.Shape;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.Function;
import java.util.function.IntPredicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// Trainings that go on in PyTorch, and back, through `TorchState` and `tools/gradus_torch.py`.
///
/// Each is made three times: in PyTorch alone; its first third here, the second there, the last here; and the other
/// way round. All end at the same place, but for the deviations of PyTorch 1.13 that `docs/checkpoints.md` lists, for
/// which the place follows from their formula.
@Tag("torch")
class PyTorchTest {
    private static final String REQUIRED = "GRADUS_REQUIRE_TORCH";
    private static final int THIRD = 7;
    private static final int END = 3 * THIRD;
    private static final double SLOWER = 0.25;

    private static final Map<String, Shape> SHAPES = new LinkedHashMap<>();

    static {
        SHAPES.put("fc.weight", Shape.of(4, 3));
        SHAPES.put("scale", Shape.of());
        SHAPES.put("fc.bias", Shape.of(5));
        SHAPES.put("idle", Shape.of(2));
    }

    private static final Map<String, Shape> TABLE = Map.of("table", Shape.of(6, 3), "idle", Shape.of(4, 2));

    @TempDir
    private static Path folder;

    private static String python = "";
    private static String version = "";

    /// @param options as Python writes them
    /// @param formula where the place follows from, or null where it is that of the rule
    private record Case(
            String name,
            ElementType type,
            String torchClass,
            String options,
            Rule rule,
            @Nullable Formula formula) {
        double tolerance() {
            return type == ElementType.FLOAT64 ? 1e-12 : 1e-5;
        }

        String data() {
            return (isSparse() ? "rows." : "all.") + type;
        }

        boolean isSparse() {
            return torchClass.equals("SparseAdam");
        }

        Map<String, Shape> shapes() {
            return isSparse() ? TABLE : SHAPES;
        }

        /// The parameters of the second group have a smaller learning rate.
        boolean isSlow(String parameter) {
            return parameter.equals("fc.bias") || parameter.equals("idle");
        }

        double learningRate() {
            return Double.parseDouble(options.replaceAll(".*\"lr\": ([0-9.]+).*", "$1"));
        }
    }

    /// What PyTorch 1.13 does otherwise.
    private interface Formula {
        /// @param isThere which steps, from 0, PyTorch makes
        /// @return the parameter at the end
        double[] end(double[] begin, double[][] gradients, double learningRate, IntPredicate isThere);
    }

    private static List<Case> cases() {
        List<Case> cases = new ArrayList<>();
        for (ElementType type : List.of(ElementType.FLOAT32, ElementType.FLOAT64)) {
            addCases(cases, type);
        }
        return cases;
    }

    private static void addCases(List<Case> cases, ElementType type) {
        boolean isDouble = type == ElementType.FLOAT64;
        Momentum nesterov = new Momentum(0.9, Momentum.Form.NESTEROV);
        Rule descend = new Descend();
        add(cases, type, "SGD", "\"lr\": 0.1", descend);
        add(cases, type, "SGD", "\"lr\": 0.1, \"momentum\": 0.9", new Momentum(0.9));
        add(cases, type, "SGD", "\"lr\": 0.1, \"momentum\": 0.9, \"nesterov\": true", nesterov);
        add(
                cases,
                type,
                "SGD",
                "\"lr\": 0.1, \"momentum\": 0.9, \"dampening\": 0.3, \"maximize\": true, \"weight_decay\": 0.01",
                chain(new Scale(-1), new DecayWeights(0.01), new Dampen(0.3), new Momentum(0.9)));
        add(cases, type, "Adam", "\"lr\": 0.1", Rules.adam());
        add(cases, type, "Adam", "\"lr\": 0.1, \"foreach\": true", Rules.adam());
        add(
                cases,
                type,
                "Adam",
                "\"lr\": 0.1, \"amsgrad\": true, \"weight_decay\": 0.1",
                chain(new DecayWeights(0.1), new AmsGrad(Rules.adam())));
        add(cases, type, "Adam", "\"lr\": 0.1, \"maximize\": true", chain(new Scale(-1), Rules.adam()));
        add(cases, type, "AdamW", "\"lr\": 0.1", Rules.adamW());
        add(
                cases,
                type,
                "AdamW",
                "\"lr\": 0.1, \"amsgrad\": true, \"maximize\": true, \"weight_decay\": 0.1",
                chain(new Scale(-1), new AmsGrad(Rules.adam()), new DecayWeights(0.1)));
        add(cases, type, "Adamax", "\"lr\": 0.1, \"maximize\": true", chain(new Scale(-1), Rules.adamax()));
        add(cases, type, "Adamax", "\"lr\": 0.1, \"weight_decay\": 0.1", chain(new DecayWeights(0.1), Rules.adamax()));
        add(cases, type, "RMSprop", "\"lr\": 0.1", Rules.rmsProp());
        add(
                cases,
                type,
                "RMSprop",
                "\"lr\": 0.1, \"centered\": true, \"momentum\": 0.9",
                chain(new RmsProp().withAbout(RmsProp.About.MEAN), new Momentum(0.9)));
        add(
                cases,
                type,
                "Adagrad",
                "\"lr\": 0.1, \"lr_decay\": 0.1, \"initial_accumulator_value\": 0.5, \"maximize\": true",
                chain(new Scale(-1), new Adagrad(0.5, 1e-10, RootEps.OUTSIDE), new DecayOverTime(0.1)));
        add(cases, type, "Adadelta", "\"lr\": 1.0, \"eps\": 0.01", new Adadelta(0.9, 0.01));
        add(cases, type, "Rprop", "\"lr\": 0.1", new Rprop(0.5, 1.2, 1e-6, 50));
        Rectify radam = new Rectify(Rules.adam().withPlacement(EpsPlacement.UNCORRECTED));
        add(
                cases,
                type,
                "RAdam",
                "\"lr\": 0.1, \"weight_decay\": 0.1",
                chain(new DecayWeights(0.1), radam.whereAbove(5)));
        // Without eps, whatever it is.
        Rule withoutEps = new Rectify(Rules.adam().withEps(0).withPlacement(EpsPlacement.UNCORRECTED)).whereAbove(5);
        add(cases, type, "RAdam", "\"lr\": 0.1, \"eps\": 0.5, \"foreach\": true", withoutEps);
        String nadam = "\"lr\": 0.1, \"foreach\": ";
        cases.add(new Case("", type, "NAdam", nadam + "true", Rules.nadam(), isDouble ? Nadam.COUNTS_ONCE : null));
        cases.add(new Case("", type, "NAdam", nadam + "false", Rules.nadam(), Nadam.COUNTS_TWICE));
        String asgd = "\"lr\": 0.1, \"lambd\": 0.01, \"alpha\": 0.75, \"t0\": 3";
        Rule average = new Asgd(0.01, 0.75, 3);
        cases.add(new Case("", type, "ASGD", asgd, average, isDouble ? PyTorchTest::asgd : null));
        add(cases, type, "SparseAdam", "\"lr\": 0.1", Rules.adam().withPlacement(EpsPlacement.UNCORRECTED));
    }

    private static void add(List<Case> cases, ElementType type, String torchClass, String options, Rule rule) {
        cases.add(new Case("", type, torchClass, options, rule, null));
    }

    private static List<Case> named() {
        List<Case> named = new ArrayList<>();
        for (Case each : cases()) {
            String name = each.torchClass + "(" + each.options.replace("\"", "").replace(": ", "=") + ") " + each.type;
            named.add(new Case(name, each.type, each.torchClass, each.options, each.rule, each.formula));
        }
        return named;
    }

    /// The product of the momenta is a float32 where PyTorch made it, and, for each parameter by itself, has the
    /// present momentum once too often in what is divided by for the next one.
    private enum Nadam implements Formula {
        COUNTS_ONCE,
        COUNTS_TWICE;

        private static final double BETA1 = 0.9;
        private static final double BETA2 = 0.999;
        private static final double EPS = 1e-8;

        @Override
        public double[] end(double[] begin, double[][] gradients, double learningRate, IntPredicate isThere) {
            double[] theta = begin.clone();
            double[] m = new double[theta.length];
            double[] v = new double[theta.length];
            boolean isFloat = isThere.test(0);
            double product = 1;
            for (int step = 0; step < END; step++) {
                // A file from here has it in double precision, and the loader leaves it so.
                isFloat &= isThere.test(step);
                double mu = mu(step + 1);
                double next = mu(step + 2);
                product = isFloat ? (float) product * (float) mu : product * mu;
                boolean isTwice = this == COUNTS_TWICE && isThere.test(step);
                double productNext;
                if (isTwice && isFloat) {
                    productNext = (float) product * (float) mu * (float) next;
                } else {
                    productNext = isTwice ? product * mu * next : product * next;
                }
                for (int i = 0; i < theta.length; i++) {
                    double g = gradients[step][i];
                    m[i] = BETA1 * m[i] + (1 - BETA1) * g;
                    v[i] = BETA2 * v[i] + (1 - BETA2) * g * g;
                    double root = Math.sqrt(v[i] / (1 - Math.pow(BETA2, step + 1))) + EPS;
                    theta[i] -= learningRate * (1 - mu) / (1 - product) * g / root;
                    theta[i] -= learningRate * next / (1 - productNext) * m[i] / root;
                }
            }
            return theta;
        }

        private static double mu(int step) {
            return BETA1 * (1 - 0.5 * Math.pow(0.96, step * 0.004));
        }
    }

    /// The step size is a float32 where PyTorch made it.
    private static double[] asgd(double[] begin, double[][] gradients, double learningRate, IntPredicate isThere) {
        double[] theta = begin.clone();
        double eta = isThere.test(0) ? (float) learningRate : learningRate;
        for (int step = 0; step < END; step++) {
            for (int i = 0; i < theta.length; i++) {
                theta[i] *= 1 - 0.01 * eta;
                theta[i] -= eta * gradients[step][i];
            }
            double next = learningRate / Math.pow(1 + 0.01 * learningRate * (step + 1), 0.75);
            eta = isThere.test(step) ? (float) next : next;
        }
        return theta;
    }

    @BeforeAll
    static void train() throws IOException, InterruptedException {
        findPython();
        for (ElementType type : List.of(ElementType.FLOAT32, ElementType.FLOAT64)) {
            Safetensors.write(file("all", type.toString()), Map.of(), data(type));
            Safetensors.write(file("rows", type.toString()), Map.of(), rows(type));
        }
        List<Case> cases = named();
        Files.writeString(folder.resolve("cases.json"), json(cases));
        for (Case each : cases) {
            Here.begin(each).steps(0, THIRD).save("here7");
        }
        makeSteps("alone", "begun");
        for (Case each : cases) {
            Here.load(each, "there7").steps(THIRD, 2 * THIRD).save("here14");
            Here.load(each, "there14").steps(2 * THIRD, END).save("back");
        }
        makeSteps("ended");
    }

    /// Skips all where there is no PyTorch, or fails where the environment says that there must be.
    private static void findPython() throws InterruptedException {
        for (String candidate : List.of("python3", "/usr/bin/python3")) {
            version = versionOf(candidate);
            if (!version.isEmpty()) {
                python = candidate;
                return;
            }
        }
        String sentence = "no Python here has PyTorch (Debian: apt-get install python3-torch)";
        if (System.getenv(REQUIRED) != null) {
            fail(sentence + ", but " + REQUIRED + " is set");
        }
        System.out.println("PyTorchTest is skipped: " + sentence);
        assumeTrue(false, sentence);
    }

    /// The version of PyTorch that a Python has, or nothing.
    private static String versionOf(String candidate) throws InterruptedException {
        try {
            Process process = new ProcessBuilder(candidate, "-c", "import torch; print(torch.__version__)")
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.waitFor() == 0 ? printed.strip() : "";
        } catch (IOException notThere) {
            return "";
        }
    }

    private static void makeSteps(String... modes) throws IOException, InterruptedException {
        String ignored = python("steps.py", modes);
    }

    private static String python(String script, String... arguments) throws IOException, InterruptedException {
        Path scripts = Path.of("src", "test", "resources", "exchange");
        List<String> command =
                new ArrayList<>(List.of(python, scripts.resolve(script).toString(), "../tools", folder.toString()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(printed).isZero();
        return printed;
    }

    private static Path file(String name, String what) {
        return folder.resolve(name + "." + what + ".safetensors");
    }

    private static String json(List<Case> cases) {
        List<String> texts = new ArrayList<>();
        for (Case each : cases) {
            String slow = "\"lr\": " + each.learningRate() * SLOWER;
            texts.add("""
                    {"name": "%s", "data": "%s", "class": "%s", "parameters": %s, "options": {%s}, "groups": [
                     {"parameters": %s, "options": {}}, {"parameters": %s, "options": {%s}}]}\
                    """.formatted(
                            each.name,
                            each.data(),
                            each.torchClass,
                            names(each, name -> true),
                            each.options,
                            names(each, name -> !each.isSlow(name)),
                            names(each, each::isSlow),
                            slow));
        }
        return texts.toString();
    }

    private static String names(Case of, Function<String, Boolean> condition) {
        return of.shapes().keySet().stream()
                .filter(condition::apply)
                .map(name -> '"' + name + '"')
                .toList()
                .toString();
    }

    /// Initial values and the gradients of all steps.
    private static List<Tensor> data(ElementType type) {
        Random random = new Random(13);
        List<Tensor> tensors = new ArrayList<>();
        SHAPES.forEach((name, shape) -> {
            tensors.add(tensor(name, type, shape, () -> random.nextDouble() * 2 - 1));
            for (int step = 0; step < END; step++) {
                if (!name.equals("idle")) {
                    tensors.add(
                            tensor("gradient." + step + "." + name, type, shape, () -> random.nextGaussian() + 0.5));
                }
            }
        });
        return tensors;
    }

    /// The same for a table of which a few rows have a gradient, one of them in two parts.
    private static List<Tensor> rows(ElementType type) {
        Random random = new Random(31);
        List<Tensor> tensors = new ArrayList<>();
        TABLE.forEach((name, shape) -> tensors.add(tensor(name, type, shape, () -> random.nextDouble() * 2 - 1)));
        for (int step = 0; step < END; step++) {
            long[] rows = {step % 6, (step * 2 + 1) % 6, step % 6};
            MemorySegment indices = Arena.ofAuto().allocateFrom(ValueLayout.JAVA_LONG, rows);
            tensors.add(new Tensor("rows." + step + ".table", DataType.I64, Shape.of(rows.length), indices));
            tensors.add(tensor(
                    "gradient." + step + ".table", type, Shape.of(rows.length, 3), () -> random.nextGaussian() + 0.5));
        }
        return tensors;
    }

    private interface Numbers {
        double next();
    }

    private static Tensor tensor(String name, ElementType type, Shape shape, Numbers numbers) {
        MemorySegment memory = Arena.ofAuto().allocate(type.bytes(shape.elements()), Long.BYTES);
        for (long i = 0; i < shape.elements(); i++) {
            if (type == ElementType.FLOAT64) {
                memory.setAtIndex(ValueLayout.JAVA_DOUBLE, i, numbers.next());
            } else {
                memory.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) numbers.next());
            }
        }
        DataType stored = type == ElementType.FLOAT64 ? DataType.F64 : DataType.F32;
        return new Tensor(name, stored, shape, memory);
    }

    /// A training in this library.
    private static final class Here {
        private final Case trained;
        private final Map<String, Tensor> data = new LinkedHashMap<>();
        private final Map<String, Parameter> parameters = new LinkedHashMap<>();
        private final Optimizer optimizer;

        private Here(Case trained) {
            this.trained = trained;
            List<Tensor> all = trained.isSparse() ? rows(trained.type) : data(trained.type);
            all.forEach(tensor -> data.put(tensor.name(), tensor));
            trained.shapes().forEach((name, shape) -> {
                MemorySegment values = Objects.requireNonNull(data.get(name)).data();
                parameters.put(name, Parameter.of(name, shape, trained.type, values));
            });
            double learningRate = trained.learningRate();
            List<Parameter> fast = new ArrayList<>();
            List<Parameter> slow = new ArrayList<>();
            parameters.forEach((name, parameter) -> (trained.isSlow(name) ? slow : fast).add(parameter));
            optimizer = Optimizer.of(
                    new ParameterGroup("fast", fast, trained.rule, learningRate),
                    new ParameterGroup("slow", slow, trained.rule, learningRate * SLOWER));
        }

        static Here begin(Case trained) {
            return new Here(trained);
        }

        static Here load(Case trained, String what) {
            Here here = new Here(trained);
            var ignored = TorchState.load(file(trained.name, what), here.optimizer);
            return here;
        }

        Here steps(int begin, int end) {
            for (int step = begin; step < end; step++) {
                for (Parameter parameter : parameters.values()) {
                    Tensor gradient = data.get("gradient." + step + "." + parameter.name());
                    Tensor rows = data.get("rows." + step + "." + parameter.name());
                    if (gradient != null && rows != null) {
                        parameter.gradient(new dev.gradus.RowGradient(rows.data(), gradient.data()));
                    } else if (gradient != null) {
                        parameter.gradient(gradient.data());
                    }
                }
                optimizer.step();
            }
            return this;
        }

        void save(String what) {
            TorchState.save(file(trained.name, what), optimizer);
            optimizer.close();
        }
    }

    /// The script compares.
    @Test
    void theToolRefusesBeforeAnythingChanges() throws IOException, InterruptedException {
        Parameter table = Parameter.of("table", Shape.of(1, 1), new double[1]);
        table.gradient(new long[] {0}, new double[] {1e-8});
        Rule rule = Rules.adam().withPlacement(EpsPlacement.UNCORRECTED);
        try (Optimizer optimizer = Optimizer.of(new ParameterGroup("all", List.of(table), rule, 1))) {
            optimizer.step();
        }
        double here = table.values().get(ValueLayout.JAVA_DOUBLE, 0);
        assertThat("%.6f".formatted(here)).isEqualTo("-0.030653");
        assertThat(python("refusals.py")).endsWith("first step of SparseAdam: -0.030653\n");
    }

    @Test
    void theDeviationsAreThere() {
        double[] begin = {1};
        double[][] gradients = new double[END][];
        for (int step = 0; step < END; step++) {
            gradients[step] = new double[] {Math.sin(step)};
        }
        for (Case each : named()) {
            Formula formula = each.formula;
            if (formula != null) {
                double[] there = formula.end(begin, gradients, 0.1, step -> true);
                double[] here = formula.end(begin, gradients, 0.1, step -> false);
                assertThat(distance(there, here))
                        .as(each.name)
                        .isGreaterThan(10 * each.tolerance() * distance(here, begin));
            }
        }
    }

    @TestFactory
    Stream<DynamicTest> allEndAtTheSamePlace() {
        return named().stream()
                .map(each -> dynamicTest(each.name, () -> {
                    assumeTrue(
                            each.formula == null || version.startsWith("1.13"), "the formula is that of PyTorch 1.13");
                    compare(each, "alone", step -> true);
                    compare(each, "ended", step -> step / THIRD != 1);
                    compare(each, "back", step -> step / THIRD == 1);
                }));
    }

    /// Values are compared with those of PyTorch alone, or with what follows from the formula; states with those of
    /// PyTorch alone.
    private static void compare(Case each, String what, IntPredicate isThere) {
        Map<String, double[]> begin = new LinkedHashMap<>();
        List<Tensor> data = each.isSparse() ? rows(each.type) : data(each.type);
        data.forEach(tensor -> begin.put(tensor.name(), numbers(tensor)));
        Map<String, double[]> alone = read(each, "alone");
        Map<String, double[]> actual = read(each, what);
        if (each.torchClass.equals("SGD")) {
            // PyTorch's SGD counts no steps.
            actual.keySet().removeIf(name -> name.endsWith(".step"));
        }
        // Adagrad's states are made with the optimizer, here with the first step.
        actual.keySet().removeIf(name -> name.startsWith("state.idle."));
        alone.keySet().removeIf(name -> name.startsWith("state.idle."));
        assertThat(actual.keySet()).as(what).containsExactlyInAnyOrderElementsOf(alone.keySet());
        actual.forEach((name, found) -> {
            double[] expected = Objects.requireNonNull(alone.get(name));
            double scale = greatest(expected);
            double tolerance = each.tolerance();
            double[] before = begin.get(name);
            if (before != null) {
                scale = distance(before, expected);
                assertThat(scale > 0).as(name + " moves").isNotEqualTo(name.equals("idle"));
                if (each.formula != null) {
                    double rate = each.learningRate() * (each.isSlow(name) ? SLOWER : 1);
                    expected = name.equals("idle")
                            ? before
                            : each.formula.end(before, gradients(begin, name), rate, isThere);
                }
            } else if (each.formula != null) {
                // The numbers that a formula is about.
                tolerance = Math.max(tolerance, 1e-6);
            }
            assertThat(distance(expected, found)).as(what + ": " + name).isLessThanOrEqualTo(tolerance * scale);
        });
    }

    private static double[][] gradients(Map<String, double[]> data, String parameter) {
        double[][] gradients = new double[END][];
        for (int step = 0; step < END; step++) {
            gradients[step] = Objects.requireNonNull(data.get("gradient." + step + "." + parameter));
        }
        return gradients;
    }

    private static Map<String, double[]> read(Case each, String what) {
        Map<String, double[]> numbers = new LinkedHashMap<>();
        try (Safetensors read = Safetensors.open(file(each.name, what))) {
            read.tensors().forEach(tensor -> numbers.put(tensor.name(), numbers(tensor)));
        }
        return numbers;
    }

    private static double[] numbers(Tensor tensor) {
        double[] numbers = new double[(int) tensor.shape().elements()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = tensor.get(i);
        }
        return numbers;
    }

    private static double greatest(double[] numbers) {
        return distance(numbers, new double[numbers.length]);
    }

    private static double distance(double[] a, double[] b) {
        double greatest = 0;
        for (int i = 0; i < a.length; i++) {
            greatest = Math.max(greatest, Math.abs(a[i] - b[i]));
        }
        return greatest;
    }
}
