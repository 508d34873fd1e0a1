package dev.gradus.cpu.simd;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// The kernel for a key on its way: compiled, warmed up, active; and back to the interpreter where it has become slow.
public final class KernelEntry {
    private static final System.Logger LOG = System.getLogger("dev.gradus");

    private static final int MAX_FALL_BACKS = 5;

    /// How long a warm-up may take. A kernel that is not fast by then gets another one later: on a busy machine the
    /// JIT,
    /// which compiles it meanwhile, needs the processor more than calls that are slow.
    private static final long MAX_WARM_UP = TimeUnit.SECONDS.toNanos(2);

    /// How many warm-ups of a kernel may fail: some 40 seconds of them, over more than an hour.
    private static final int MAX_FAILED = 20;

    /// The seconds before the next warm-up; they double with each that fails.
    private static final long PAUSE = 5;

    private static final long MAX_PAUSE = 300;

    private final KernelKey key;
    private final KernelCompiler compiler;
    private final Executor background;
    private final KernelCounters counters;
    private final AtomicReference<@Nullable Optional<Kernel>> compiled = new AtomicReference<>();
    private final Pace pace = new Pace();
    private volatile @Nullable Kernel active;
    private int fallBacks;
    private int failed;

    /// @param background runs the warm-up
    KernelEntry(KernelKey key, KernelCompiler compiler, Executor background, KernelCounters counters) {
        this.key = key;
        this.compiler = compiler;
        this.background = background;
        this.counters = counters;
    }

    /// The class of an operand's segment.
    public Class<?> kind(int operand) {
        return key.segments().get(operand);
    }

    /// How an operand is stored.
    public KernelKey.Stored stored(int operand) {
        return key.stored().get(operand);
    }

    /// The kernel that does the work, or null while the interpreter does.
    public @Nullable Kernel active() {
        return active;
    }

    /// Reports what the interpreter takes for the same pass.
    public void interpretedIn(double nanosPerElement) {
        pace.interpretedIn(nanosPerElement);
    }

    /// Reports what the kernel takes. Where it has become slower than the interpreter, because the JIT met memory of
    /// an arena that it did not expect, the interpreter works until the kernel is fast again.
    public void ranIn(double nanosPerElement) {
        if (pace.isTooSlow(nanosPerElement, fallBacks)) {
            fallBack();
        }
    }

    /// Compiles the kernel now and uses it at once.
    void activateNow() {
        if (active == null) {
            Kernel kernel = compile();
            if (kernel != null) {
                activate(kernel);
            }
        }
    }

    /// Has the kernel compiled, warmed up and activated in the background.
    void prepareInBackground() {
        background.execute(this::prepare);
    }

    private void prepare() {
        try {
            Kernel kernel = compile();
            if (kernel == null) {
                return;
            }
            if (WarmUp.run(kernel, key, pace, MAX_WARM_UP)) {
                activate(kernel);
            } else if (!Thread.currentThread().isInterrupted()) {
                tryAgainLater();
            }
        } catch (RuntimeException | LinkageError e) {
            LOG.log(System.Logger.Level.WARNING, "a pass stays in the interpreter: no kernel could be made of it", e);
        }
    }

    /// The kernel, or null where this JVM cannot have it.
    private @Nullable Kernel compile() {
        Optional<Kernel> kernel = compiled.get();
        if (kernel == null) {
            kernel = Optional.ofNullable(compiler.compile(key));
            compiled.set(kernel);
        }
        return kernel.orElse(null);
    }

    private void activate(Kernel kernel) {
        counters.countActivation();
        active = kernel;
    }

    private void tryAgainLater() {
        if (failed++ < MAX_FAILED) {
            long pause = Math.min(PAUSE << failed - 1, MAX_PAUSE);
            CompletableFuture.delayedExecutor(pause, TimeUnit.SECONDS, background)
                    .execute(this::prepare);
        } else {
            logSlow();
        }
    }

    /// Leaves the work to the interpreter for now; after some times, for good.
    private void fallBack() {
        active = null;
        pace.restart();
        counters.countFallBack();
        if (++fallBacks <= MAX_FALL_BACKS) {
            prepareInBackground();
        } else {
            logSlow();
        }
    }

    private static void logSlow() {
        LOG.log(System.Logger.Level.WARNING, "a SIMD kernel stays slow: its pass goes on in the interpreter");
    }
}
