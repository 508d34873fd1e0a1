package dev.gradus.testkit;

import dev.gradus.KernelStatistics;
import dev.gradus.Optimizer;
import dev.gradus.Options;
import dev.gradus.Options.Kernels;
import dev.gradus.Parameter;
import dev.gradus.ParameterGroup;
import dev.gradus.RuleDescription;
import dev.gradus.StateFormat;
import dev.gradus.StateView;
import dev.gradus.expr.Expr;
import dev.gradus.expr.Notation;
import dev.gradus.rule.Rule;
import dev.gradus.rule.RuleFormulas;
import dev.gradus.rule.Trace;
import dev.gradus.rule.Trace.HyperUse;
import dev.gradus.rule.Trace.Unread;
import dev.gradus.tensor.ElementType;
import dev.gradus.tensor.Shape;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/// What every rule keeps to, whoever wrote it: put a rule of your own through it with [#verify], or list the
/// [#checks] one by one in a test framework.
///
/// ```java
/// @TestFactory
/// Stream<DynamicTest> keepsTheContract() {
///     return RuleContract.checks(new MyRule()).stream().map(c -> dynamicTest(c.name(), c::run));
/// }
/// ```
///
/// SIMD kernels take part in a JVM that was started with `--add-modules jdk.incubator.vector`. In another, the checks
/// of kernels compare the interpreter with itself, and a warning says so once.
public final class RuleContract {
    private static final int STEPS = 12;

    /// For kernels: nothing but rests of vectors of any width, whole vectors with and without a rest, and lengths
    /// around a block of elements.
    private static final List<Long> LENGTHS = List.of(1L, 3L, 7L, 8L, 9L, 15L, 16L, 17L, 1023L, 1025L);

    /// For kernels: rows shorter and longer than a block.
    private static final List<Shape> ROWS =
            List.of(Shape.of(5, 7), Shape.of(3, 64), Shape.of(2, 1023), Shape.of(3, 1040), Shape.of(5, 2, 3, 3));

    /// For threads: large enough in total to wake helpers, and two of them to be divided among threads.
    private static final List<Shape> LARGE =
            List.of(Shape.of(225, 1023), Shape.of(70_001), Shape.of(64), Shape.of(8, 3, 3, 3));

    /// Values for large tensors, in turn; a prime number of them.
    private static final double[] TABLE = new Random(7).doubles(8191, -2, 2).toArray();

    /// Factors that make values subnormal.
    private static final Map<ElementType, Double> SUBNORMAL =
            Map.of(ElementType.FLOAT32, 1e-38, ElementType.FLOAT64, 1e-308);

    private static final System.Logger LOG = System.getLogger("dev.gradus");

    static {
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "the contract of rules cannot check SIMD kernels: start the JVM with"
                            + " --add-modules jdk.incubator.vector");
        }
    }

    private final Rule rule;
    private final double learningRate;
    private final List<Shape> shapes;

    private RuleContract(Rule rule, double learningRate) {
        this.rule = rule;
        this.learningRate = learningRate;
        this.shapes = acceptedShapes(rule);
    }

    /// One thing that a rule keeps to.
    public record Check(String name, Runnable body) {
        /// Fails with an [AssertionError] that says what was expected.
        public void run() {
            body.run();
        }
    }

    /// Runs all checks with a learning rate of 0.01.
    ///
    /// @throws AssertionError naming the first check that fails
    public static void verify(Rule rule) {
        for (Check check : checks(rule)) {
            try {
                check.run();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError(rule + " breaks the contract: " + check.name() + ": " + e.getMessage(), e);
            }
        }
    }

    /// All checks with a learning rate of 0.01.
    public static List<Check> checks(Rule rule) {
        return checks(rule, 0.01);
    }

    /// All checks.
    ///
    /// @param learningRate one at which the rule is stable for a dozen steps of random gradients
    public static List<Check> checks(Rule rule, double learningRate) {
        RuleContract contract = new RuleContract(rule, learningRate);
        return List.of(
                new Check("prints its formulas and its program", contract::printsItself),
                new Check("gives the same bits twice", contract::isRepeatable),
                new Check("gives the same bits on memory of every kind", contract::ignoresTheKindOfMemory),
                new Check("gives the same bits whatever the order of parameters", contract::ignoresTheOrder),
                new Check("gives the same bits in one group or several", contract::ignoresGroups),
                new Check("gives the same bits while a listener is told the norms", contract::ignoresListeners),
                new Check("gives the interpreter's bits in SIMD kernels", contract::ignoresKernels),
                new Check("gives the same bits on one thread and on three", contract::ignoresThreads),
                new Check("compiles nothing in later steps", contract::compilesOnce),
                new Check("goes on with the same bits after it was saved and loaded", contract::resumes),
                new Check("works on tensors of any length", contract::worksOnAnyLength),
                new Check("skips a parameter without gradient entirely", contract::skipsMissingGradients),
                new Check("stays finite when gradients begin with zeros", contract::survivesZeroGradients),
                new Check("stays finite on parameters that begin with zeros", contract::survivesZeroParameters),
                new Check("lets NaN in a gradient be seen, and in its own parameter only", contract::propagatesNaN),
                new Check("agrees in float32 and float64", contract::agreesInBothPrecisions),
                new Check("trains 16-bit parameters in their float32 copy", contract::trainsHalfPrecision),
                new Check("trains 16-bit parameters without a copy", contract::trainsWithoutMasterWeights),
                new Check("accepts every format of states", contract::acceptsEveryStateFormat),
                new Check("reads each hyperparameter that it declares", contract::readsWhatItDeclares),
                new Check("uses each of its hyperparameters", contract::usesItsHyperparameters),
                new Check("does not mind a hyperparameter being set to its default", contract::acceptsItsDefaults));
    }

    private static List<Shape> acceptedShapes(Rule rule) {
        List<Shape> accepted = new ArrayList<>();
        for (Shape shape : List.of(Shape.of(4, 3, 2, 2), Shape.of(40, 60), Shape.of(7), Shape.of(1))) {
            try {
                RuleDescription ignored = RuleDescription.of(rule, "p" + accepted.size(), shape);
                accepted.add(shape);
            } catch (IllegalArgumentException refused) {
                if (shape.rank() > 1) {
                    throw refused;
                }
            }
        }
        return accepted;
    }

    private void printsItself() {
        RuleDescription description = RuleDescription.of(rule, "w", shapes.get(0));
        require(!description.program().isEmpty(), "its program is empty");
        for (Notation notation : Notation.values()) {
            require(!RuleFormulas.lines(rule, shapes.get(0), notation).isEmpty(), "it has no formulas in " + notation);
        }
        for (HyperUse hyper : description.hyperparameters()) {
            require(hyper.range().contains(hyper.value()), hyper.name() + " is by default out of its own range");
        }
    }

    private void isRepeatable() {
        requireEqual(run(new Setup()), run(new Setup()));
    }

    private void ignoresTheKindOfMemory() {
        for (ElementType type : List.of(ElementType.FLOAT32, ElementType.FLOAT64)) {
            Map<String, double[]> onHeap = run(new Setup().type(type).memory(Memory.HEAP));
            requireEqual(onHeap, run(new Setup().type(type).memory(Memory.NATIVE)));
            requireEqual(onHeap, run(new Setup().type(type).memory(Memory.UNALIGNED)));
        }
    }

    private void ignoresTheOrder() {
        requireEqual(run(new Setup()), run(new Setup().reversed()));
    }

    private void ignoresGroups() {
        requireEqual(groupsAsOne(run(new Setup())), groupsAsOne(run(new Setup().oneGroupEach())));
    }

    private void ignoresListeners() {
        requireEqual(run(new Setup()), run(new Setup().listened()));
    }

    private void ignoresKernels() {
        List<Shape> all = new ArrayList<>(ROWS);
        LENGTHS.forEach(length -> all.add(Shape.of(length)));
        List<Supplier<Setup>> setups = List.of(
                () -> new Setup().subnormals().steps(7),
                () -> new Setup()
                        .type(ElementType.FLOAT64)
                        .subnormals()
                        .memory(Memory.NATIVE)
                        .steps(3),
                () -> new Setup().stateFormat(StateFormat.EIGHT_BIT).steps(3),
                () -> new Setup()
                        .type(ElementType.FLOAT16)
                        .listened()
                        .notFinite()
                        .steps(3),
                () -> new Setup()
                        .type(ElementType.BFLOAT16)
                        .withoutMasterWeights()
                        .stateFormat(StateFormat.BFLOAT16)
                        .steps(3));
        for (Supplier<Setup> setup : setups) {
            requireEqual(
                    run(setup.get().shapes(accepted(all))),
                    run(setup.get().shapes(accepted(all)).kernels(Kernels.EAGER)));
        }
    }

    private void ignoresThreads() {
        Supplier<Setup> setup = () -> new Setup().shapes(accepted(LARGE)).steps(2);
        AtomicInteger calls = new AtomicInteger();
        try (ExecutorService helpers = Executors.newFixedThreadPool(2)) {
            Executor counting = task -> {
                calls.incrementAndGet();
                helpers.execute(task);
            };
            Map<String, double[]> alone = run(setup.get().threads(1));
            requireEqual(alone, run(setup.get().threads(3).executor(counting)));
            require(calls.get() > 0, "no other thread was called");
            requireEqual(alone, run(setup.get().threads(3).kernels(Kernels.EAGER)));
        }
    }

    /// The number of kernels is one of the JVM's, to which others may add in the background: what a rule compiles in
    /// later steps is compiled each time that it is tried.
    private void compilesOnce() {
        boolean selects = shapes.stream().anyMatch(this::selectsPrograms);
        long compiled = 1;
        for (int attempt = 0; attempt < 3 && compiled > 0; attempt++) {
            compiled = selects ? compiledInASecondRun(attempt) : compiledAfterTheFirstStep(attempt);
        }
        require(compiled <= 0, compiled + " kernels were compiled after the first steps");
    }

    private long compiledAfterTheFirstStep(int attempt) {
        try (Run run = new Run(new Setup().kernels(Kernels.EAGER))) {
            run.step();
            long before = KernelStatistics.now().compiled();
            run.step();
            run.step();
            run.optimizer.set("all", "learning_rate", learningRate * (0.9 - 0.1 * attempt));
            run.step();
            for (HyperUse hyper : hyperparameters()) {
                alternatives(hyper).skip(attempt).findFirst().ifPresent(value -> {
                    run.optimizer.set("all", hyper.name(), value);
                    run.step();
                });
            }
            return KernelStatistics.now().compiled() - before;
        }
    }

    /// Where conditions select programs, later steps may meet new ones; the same steps once more may not.
    private long compiledInASecondRun(int attempt) {
        Map<String, double[]> ignored = run(new Setup().kernels(Kernels.EAGER).steps(STEPS + attempt));
        long before = KernelStatistics.now().compiled();
        ignored = run(new Setup().kernels(Kernels.EAGER).steps(STEPS + attempt));
        return KernelStatistics.now().compiled() - before;
    }

    /// Whether conditions on host scalars may select programs.
    private boolean selectsPrograms(Shape shape) {
        return Stream.concat(
                        Stream.of(Trace.of(rule, "p", shape)),
                        rule.events().stream().map(event -> Trace.of(rule, event, "p", shape)))
                .anyMatch(trace -> {
                    Set<Expr> seen = Collections.newSetFromMap(new IdentityHashMap<>());
                    return !trace.conditions().isEmpty()
                            || selects(trace.theta(), seen)
                            || trace.writes().values().stream().anyMatch(after -> selects(after, seen));
                });
    }

    private static boolean selects(Expr expr, Set<Expr> seen) {
        return seen.add(expr)
                && (expr instanceof Expr.Where where && where.condition.axes().isHost()
                        || expr.operands().stream().anyMatch(operand -> selects(operand, seen)));
    }

    private void resumes() {
        for (StateFormat format : StateFormat.values()) {
            resumes(
                    new Setup().stateFormat(format),
                    new Setup().stateFormat(format).reversed());
        }
        ElementType half = ElementType.BFLOAT16;
        resumes(new Setup().type(half), new Setup().type(half).reversed());
        Setup alone = new Setup().type(half).withoutMasterWeights();
        resumes(alone, alone);
        resumes(
                new Setup().type(ElementType.FLOAT64),
                new Setup().type(ElementType.FLOAT64).oneGroupEach());
    }

    private void resumes(Setup setup, Setup later) {
        try (Run undisturbed = new Run(setup);
                Run saved = new Run(setup);
                Run loaded = new Run(later);
                Arena arena = Arena.ofConfined()) {
            for (int step = 0; step < STEPS; step++) {
                undisturbed.step();
                if (step < STEPS / 2) {
                    saved.step();
                    loaded.draw();
                }
            }
            loaded.optimizer.load(saved.optimizer.save(state -> state.copy(arena)));
            requireEqual(groupsAsOne(saved.snapshot()), groupsAsOne(loaded.snapshot()));
            for (int step = STEPS / 2; step < STEPS; step++) {
                loaded.step();
            }
            requireEqual(groupsAsOne(undisturbed.snapshot()), groupsAsOne(loaded.snapshot()));
        }
    }

    private void worksOnAnyLength() {
        for (int length : new int[] {0, 1, 15, 16, 17, 1023, 1024, 1025, 2049}) {
            for (Shape shape : accepted(
                    List.of(Shape.of(length), Shape.of(length, 3), Shape.of(2, length), Shape.of(length, 2, 1, 2)))) {
                requireFinite(run(new Setup().shapes(List.of(shape)).steps(2)));
            }
        }
    }

    private void skipsMissingGradients() {
        Setup setup = new Setup();
        try (Run run = new Run(setup)) {
            run.step();
            long count = run.optimizer.completed(run.parameters.get(0).name());
            run.parameters.get(0).withoutGradient();
            Map<String, double[]> before = run.snapshot();
            run.step();
            Map<String, double[]> after = run.snapshot();
            String name = run.parameters.get(0).name();
            before.keySet().removeIf(key -> !key.equals(name) && !key.startsWith(name + "/"));
            after.keySet().retainAll(before.keySet());
            requireEqual(before, after);
            require(run.optimizer.completed(name) == count, "its step count advanced");
        }
    }

    private void survivesZeroGradients() {
        Map<String, double[]> result = run(new Setup().zeroGradientsAtFirst(2));
        requireFinite(result);
    }

    private void survivesZeroParameters() {
        requireFinite(run(new Setup().zeroParameters()));
    }

    private void propagatesNaN() {
        boolean alone = !RuleDescription.of(rule, "p0", shapes.get(0)).reducesOverAllParameters();
        try (Run run = new Run(new Setup());
                Run undisturbed = new Run(new Setup())) {
            run.step();
            undisturbed.step();
            long count = run.optimizer.completed(run.parameters.get(0).name());
            run.draw();
            undisturbed.draw();
            run.setGradient(0, 0, Double.NaN);
            run.optimizer.step();
            undisturbed.optimizer.step();
            Map<String, double[]> result = run.snapshot();
            String name = run.parameters.get(0).name();
            boolean skipped = run.optimizer.completed(name) == count;
            boolean seen = result.entrySet().stream()
                    .filter(e -> e.getKey().equals(name) || e.getKey().startsWith(name + "/"))
                    .anyMatch(e -> Arrays.stream(e.getValue()).anyMatch(Double::isNaN));
            require(skipped || seen, "neither the parameter nor a state of it shows NaN");
            if (alone) {
                Map<String, double[]> others = undisturbed.snapshot();
                others.keySet().removeIf(key -> key.equals(name) || key.startsWith(name + "/"));
                result.keySet().retainAll(others.keySet());
                requireEqual(others, result);
            }
        }
    }

    private void agreesInBothPrecisions() {
        Map<String, double[]> start = run(new Setup().steps(0).float32Data());
        Map<String, double[]> wide =
                run(new Setup().type(ElementType.FLOAT64).steps(1).float32Data());
        Map<String, double[]> narrow =
                run(new Setup().type(ElementType.FLOAT32).steps(1).float32Data());
        for (int i = 0; i < shapes.size(); i++) {
            String name = "p" + i;
            double[] before = tensor(start, name);
            double[] exact = tensor(wide, name);
            double[] rounded = tensor(narrow, name);
            double moved = 0;
            double size = 0;
            for (int k = 0; k < exact.length; k++) {
                moved = Math.max(moved, Math.abs(exact[k] - before[k]));
                size = Math.max(size, Math.abs(exact[k]));
            }
            for (int k = 0; k < exact.length; k++) {
                double error = Math.abs(exact[k] - rounded[k]);
                require(
                        error <= 1e-4 * moved + 2e-7 * size,
                        name + "[" + k + "] is " + rounded[k] + " in float32 and " + exact[k] + " in float64");
            }
        }
    }

    private void trainsHalfPrecision() {
        for (ElementType type : List.of(ElementType.FLOAT16, ElementType.BFLOAT16)) {
            Map<String, double[]> result = run(new Setup().type(type).steps(3));
            requireFinite(result);
            for (int i = 0; i < shapes.size(); i++) {
                double[] values = tensor(result, "p" + i);
                double[] master = tensor(result, "p" + i + "/master");
                for (int k = 0; k < values.length; k++) {
                    double ulp = type == ElementType.FLOAT16 ? 0x1p-11 : 0x1p-8;
                    require(
                            Math.abs(values[k] - master[k]) <= ulp * Math.abs(master[k]) + 0x1p-25,
                            type + " " + values[k] + " is not its copy " + master[k] + " rounded");
                }
            }
        }
    }

    private void acceptsEveryStateFormat() {
        for (StateFormat format : StateFormat.values()) {
            Map<String, double[]> result = run(new Setup().stateFormat(format));
            requireFinite(result);
            requireEqual(result, run(new Setup().stateFormat(format).reversed()));
        }
    }

    private void trainsWithoutMasterWeights() {
        for (ElementType type : List.of(ElementType.FLOAT16, ElementType.BFLOAT16)) {
            Map<String, double[]> result = run(new Setup().type(type).withoutMasterWeights());
            requireFinite(result);
            requireEqual(
                    result, run(new Setup().type(type).withoutMasterWeights().memory(Memory.UNALIGNED)));
        }
    }

    private void readsWhatItDeclares() {
        for (Unread unread : new DeclaredHyperparameters(shapes).neverRead(rule)) {
            throw new AssertionError(unread.name() + " is declared by " + unread.rule()
                    + ", but neither its step, nor an event, nor an initial value reads it with hyper(...)");
        }
    }

    /// Other values in a hyperparameter's range.
    private static DoubleStream alternatives(HyperUse hyper) {
        double v = hyper.value();
        return DoubleStream.of(v * 0.5, v * 2, v + 1, v + 0.3, v * 1000, v + 100, 1e-3, 0.5, 1, 0)
                .filter(hyper.range()::contains)
                .filter(other -> other != v);
    }

    private void usesItsHyperparameters() {
        for (HyperUse hyper : hyperparameters()) {
            boolean used = alternatives(hyper)
                    .anyMatch(other -> !equal(run(new Setup()), run(new Setup().with(hyper.name(), other)))
                            || !equal(
                                    run(new Setup().zeroParameters()),
                                    run(new Setup().zeroParameters().with(hyper.name(), other)))
                            || !equal(
                                    run(new Setup().notFinite()),
                                    run(new Setup().notFinite().with(hyper.name(), other))));
            require(used, hyper.name() + " has no effect");
        }
    }

    private void acceptsItsDefaults() {
        Setup explicit = new Setup();
        hyperparameters().forEach(hyper -> explicit.with(hyper.name(), hyper.value()));
        requireEqual(run(new Setup()), run(explicit));
    }

    private List<HyperUse> hyperparameters() {
        Map<String, HyperUse> uses = new LinkedHashMap<>();
        for (int i = 0; i < shapes.size(); i++) {
            RuleDescription.of(rule, "p" + i, shapes.get(i))
                    .hyperparameters()
                    .forEach(use -> uses.putIfAbsent(use.name(), use));
        }
        return List.copyOf(uses.values());
    }

    /// The shapes that the rule accepts: it may refuse vectors.
    private List<Shape> accepted(List<Shape> all) {
        boolean acceptsVectors = shapes.stream().anyMatch(shape -> shape.rank() == 1);
        return all.stream().filter(shape -> shape.rank() > 1 || acceptsVectors).toList();
    }

    private Map<String, double[]> run(Setup setup) {
        try (Run run = new Run(setup)) {
            for (int step = 0; step < setup.steps; step++) {
                run.step();
            }
            return run.snapshot();
        }
    }

    /// How a run is set up.
    private final class Setup {
        private List<Shape> tensors = shapes;
        private ElementType type = ElementType.FLOAT32;
        private Memory memory = Memory.HEAP;
        private int steps = STEPS;
        private int zeroSteps;
        private boolean zeroParameters;
        private boolean float32Data;
        private boolean notFinite;
        private boolean subnormals;
        private boolean reversed;
        private boolean oneGroupEach;
        private boolean listened;
        private StateFormat stateFormat = StateFormat.ARITHMETIC;
        private boolean masterWeights = true;
        private Options options = new Options().withKernels(Kernels.NEVER);
        private final Map<String, Double> settings = new LinkedHashMap<>();

        Setup shapes(List<Shape> others) {
            tensors = others;
            return this;
        }

        Setup type(ElementType other) {
            type = other;
            return this;
        }

        Setup memory(Memory other) {
            memory = other;
            return this;
        }

        Setup steps(int number) {
            steps = number;
            return this;
        }

        Setup zeroGradientsAtFirst(int number) {
            zeroSteps = number;
            return this;
        }

        Setup zeroParameters() {
            zeroParameters = true;
            return this;
        }

        Setup float32Data() {
            float32Data = true;
            return this;
        }

        /// One gradient has an element that is not finite.
        Setup notFinite() {
            notFinite = true;
            return this;
        }

        /// Some elements of the gradients and averages are subnormal, or zero.
        Setup subnormals() {
            subnormals = true;
            return this;
        }

        Setup reversed() {
            reversed = true;
            return this;
        }

        Setup oneGroupEach() {
            oneGroupEach = true;
            return this;
        }

        Setup stateFormat(StateFormat other) {
            stateFormat = other;
            return this;
        }

        Setup withoutMasterWeights() {
            masterWeights = false;
            return this;
        }

        Setup kernels(Kernels when) {
            options = options.withKernels(when);
            return this;
        }

        Setup threads(int number) {
            options = options.withThreads(number);
            return this;
        }

        /// The helpers' threads.
        Setup executor(Executor other) {
            options = options.withExecutor(other);
            return this;
        }

        Setup listened() {
            listened = true;
            return this;
        }

        Setup with(String hyperparameter, double value) {
            settings.put(hyperparameter, value);
            return this;
        }
    }

    /// An optimizer with parameters and random gradients.
    private final class Run implements AutoCloseable {
        private final Setup setup;
        private final List<Parameter> parameters = new ArrayList<>();
        private final List<Random> randoms = new ArrayList<>();
        private final List<Memory.Tensor> values = new ArrayList<>();
        private final List<Memory.Tensor> gradients = new ArrayList<>();
        private final Optimizer optimizer;
        private int drawn;

        Run(Setup setup) {
            this.setup = setup;
            for (int i = 0; i < setup.tensors.size(); i++) {
                Shape shape = setup.tensors.get(i);
                Random random = new Random(100 + i);
                Memory.Tensor value = setup.memory.allocate(setup.type, shape.elements());
                Memory.Tensor gradient = setup.memory.allocate(setup.type, shape.elements());
                for (long k = 0; k < shape.elements(); k++) {
                    value.set(k, setup.zeroParameters ? 0 : data(random, shape, k));
                }
                values.add(value);
                gradients.add(gradient);
                randoms.add(random);
                parameters.add(Parameter.of("p" + i, shape, setup.type, value.segment())
                        .gradient(gradient.segment()));
            }
            optimizer = Optimizer.of(setup.options, groups());
            if (setup.listened) {
                optimizer.listen(event -> {});
            }
        }

        private double data(Random random, Shape shape, long element) {
            double x = shape.elements() > TABLE.length
                    ? TABLE[(int) ((element + 31L * drawn) % TABLE.length)]
                    : random.nextGaussian();
            return setup.float32Data ? (float) x : x;
        }

        private List<ParameterGroup> groups() {
            List<Parameter> ordered = new ArrayList<>(parameters);
            if (setup.reversed) {
                Collections.reverse(ordered);
            }
            List<ParameterGroup> groups = new ArrayList<>();
            if (setup.oneGroupEach) {
                ordered.forEach(p ->
                        groups.add(stored(new ParameterGroup("only " + p.name(), List.of(p), rule, learningRate))));
            } else {
                ParameterGroup group = new ParameterGroup("all", ordered, rule, learningRate);
                for (Map.Entry<String, Double> setting : setup.settings.entrySet()) {
                    group = group.with(setting.getKey(), setting.getValue());
                }
                groups.add(stored(group));
            }
            return groups;
        }

        private ParameterGroup stored(ParameterGroup group) {
            ParameterGroup formatted = group.withStateFormat(setup.stateFormat);
            return setup.masterWeights ? formatted : formatted.withoutMasterWeights();
        }

        /// Draws the gradients of the next step.
        void draw() {
            for (int i = 0; i < parameters.size(); i++) {
                Shape shape = parameters.get(i).shape();
                for (long k = 0; k < shape.elements(); k++) {
                    double x = data(randoms.get(i), shape, k) + 0.5;
                    double tiny =
                            setup.subnormals && k % 5 == 0 ? Objects.requireNonNull(SUBNORMAL.get(setup.type)) : 1;
                    gradients.get(i).set(k, drawn < setup.zeroSteps ? 0 : x * tiny);
                }
            }
            drawn++;
            if (setup.notFinite && drawn == 2) {
                setGradient(0, 0, Double.POSITIVE_INFINITY);
            }
        }

        void setGradient(int parameter, int element, double value) {
            gradients.get(parameter).set(element, value);
        }

        void step() {
            draw();
            if (drawn % 2 == 1) {
                optimizer.evaluate();
                optimizer.train();
                rule.events().stream()
                        .filter(event -> !event.equals(Rule.EVALUATE) && !event.equals(Rule.TRAIN))
                        .sorted()
                        .forEach(optimizer::fire);
            }
            optimizer.step();
        }

        /// All parameters and states by name.
        Map<String, double[]> snapshot() {
            Map<String, double[]> all = new TreeMap<>();
            for (int i = 0; i < parameters.size(); i++) {
                all.put(parameters.get(i).name(), values.get(i).toArray());
            }
            for (StateView state : optimizer.states()) {
                all.put(state.name(), state.toArray());
            }
            return all;
        }

        @Override
        public void close() {
            optimizer.close();
        }
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new AssertionError(otherwise);
        }
    }

    private static double[] tensor(Map<String, double[]> all, String name) {
        return Objects.requireNonNull(all.get(name), name);
    }

    /// A snapshot in which the numbers of groups, `group:name/link.state`, stand once for all groups, which must agree.
    private static Map<String, double[]> groupsAsOne(Map<String, double[]> snapshot) {
        Map<String, double[]> result = new LinkedHashMap<>();
        snapshot.forEach((name, array) -> {
            String common = name.startsWith("group:") ? "group:all" + name.substring(name.indexOf('/')) : name;
            double[] known = result.putIfAbsent(common, array);
            require(known == null || Arrays.equals(known, array), name + " differs from that of another group");
        });
        return result;
    }

    private static boolean equal(Map<String, double[]> expected, Map<String, double[]> actual) {
        return expected.keySet().equals(actual.keySet())
                && expected.keySet().stream().allMatch(key -> Arrays.equals(expected.get(key), actual.get(key)));
    }

    private static void requireEqual(Map<String, double[]> expected, Map<String, double[]> actual) {
        require(
                expected.keySet().equals(actual.keySet()),
                "there are " + actual.keySet() + ", not " + expected.keySet());
        expected.forEach((name, array) -> {
            double[] other = tensor(actual, name);
            int at = Arrays.mismatch(array, other);
            require(at < 0, at < 0 ? "" : name + "[" + at + "] is " + other[at] + ", not " + array[at]);
        });
    }

    private static void requireFinite(Map<String, double[]> result) {
        result.forEach((name, array) -> {
            for (int i = 0; i < array.length; i++) {
                require(Double.isFinite(array[i]), name + "[" + i + "] is " + array[i]);
            }
        });
    }
}
