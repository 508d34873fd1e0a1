package dev.gradus.cpu.simd;

import dev.gradus.program.Reduction;
import dev.gradus.engine.Tensor;
import dev.gradus.expr.Expr;
import dev.gradus.numeric.EightBit;
import dev.gradus.program.Op;
import dev.gradus.program.Pass;
import dev.gradus.tensor.ElementType;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// The kernels of this JVM. A kernel is compiled when a pass is first met, and run on memory of its own in the
/// background until the JIT has made it fast; meanwhile the interpreter does its work, and nobody can tell from
/// the results.
public final class Kernels {
    /// The runs that a kernel goes by, if any. Their lengths are no constants of it, but the JIT compiles loops for the
    /// lengths that it has seen: each kind is to see its own.
    public enum Runs {
        NONE(Reduction.PART),
        /// Parts of a tensor that is reduced to a number.
        PARTS(Reduction.PART, 4 * Reduction.BLOCK),
        /// Rows of at least a block of [Lanes].
        LONG_ROWS(Reduction.PART, Reduction.BLOCK, Reduction.BLOCK + EightBit.BLOCK),
        SHORT_ROWS(EightBit.BLOCK, 2 * EightBit.BLOCK);

        /// What a kernel is warmed with, so that it comes to the end of runs wherever it can.
        private final int[] lengths;

        Runs(int... lengths) {
            this.lengths = lengths;
        }

        public static Runs ofRows(long length) {
            return length < Reduction.BLOCK ? SHORT_ROWS : LONG_ROWS;
        }
    }

    /// What a kernel depends on: no constant, name, size or address.
    ///
    /// @param operands the pass's operands that are in memory; the complement of one is its narrower copy
    /// @param scratch for each of them, which scratch memory it is in, or −1
    /// @param exchanged the number of blocks that are exchanged with the kernel
    /// @param rows which of them hold a number for each run
    /// @param reductions what the kernel reduces, in the order of the code; nothing if that is left to others
    /// @param runs what the kernel goes by
    /// @param type the arithmetic type
    /// @param bits the width of vectors, or [VectorApi#PREFERRED]
    /// @param stored how the operands are stored
    /// @param segments the classes of the operands' segments
    public record Key(
            Pass pass,
            List<Integer> operands,
            List<Integer> scratch,
            int exchanged,
            List<Integer> rows,
            List<Expr.Reduction> reductions,
            Runs runs,
            ElementType type,
            int bits,
            List<Stored> stored,
            List<Class<?>> segments) {

        /// This key with the preferred width where it leaves that open.
        Key withBits(int preferred) {
            return bits != VectorApi.PREFERRED
                    ? this
                    : new Key(
                            pass,
                            operands,
                            scratch,
                            exchanged,
                            rows,
                            reductions,
                            runs,
                            type,
                            preferred,
                            stored,
                            segments);
        }
    }

    /// How an operand is stored.
    ///
    /// @param isStochastic whether it is rounded stochastically
    public record Stored(ElementType type, boolean isStochastic) {
        public Stored(Tensor tensor) {
            this(tensor.type(), tensor.rounding() != null);
        }

        public boolean isOf(Tensor tensor) {
            return type == tensor.type() && isStochastic == (tensor.rounding() != null);
        }
    }

    /// A kernel that may still be getting ready.
    public static final class Entry {
        private final Key key;
        private final AtomicReference<@Nullable Optional<Kernel>> compiled = new AtomicReference<>();
        private volatile @Nullable Kernel ready;
        private volatile double interpreted = Double.MAX_VALUE;
        private int slowRuns;
        private int retreats;

        private Entry(Key key) {
            this.key = key;
        }

        /// The class of an operand's segment.
        public Class<?> kind(int operand) {
            return key.segments.get(operand);
        }

        /// How an operand is stored.
        public Stored stored(int operand) {
            return key.stored.get(operand);
        }

        /// The kernel, once it is fast.
        public @Nullable Kernel ready() {
            return ready;
        }

        /// The kernel, or null where this JVM cannot have it.
        private @Nullable Kernel compile() {
            Optional<Kernel> kernel = compiled.get();
            if (kernel == null) {
                kernel = VectorApi.bits()
                        .flatMap(preferred -> KernelWriter.write(key.withBits(preferred)))
                        .map(bytes -> define(bytes, key));
                compiled.set(kernel);
            }
            return kernel.orElse(null);
        }

        private void take(Kernel kernel) {
            TAKEN.incrementAndGet();
            ready = kernel;
        }

        /// Leaves the work to the interpreter for now; after some times, for good.
        private void retreat() {
            ready = null;
            slowRuns = 0;
            RETREATS.incrementAndGet();
            if (++retreats <= MAX_RETREATS) {
                BACKGROUND.execute(() -> prepare(this));
            } else {
                LOG.log(System.Logger.Level.WARNING, "a SIMD kernel stays slow: its pass goes on in the interpreter");
            }
        }

        /// Takes note of what the interpreter takes for the same pass.
        public void interpretedIn(double nanosPerElement) {
            if (nanosPerElement < interpreted) {
                interpreted = nanosPerElement;
            }
        }

        /// Takes note of what the kernel takes. Where it has become slower than the interpreter, because the
        /// JIT met memory of an arena that it did not expect, the interpreter works until the kernel is fast
        /// again. It may be twice as slow each time: a machine that has become busy slows the interpreter, too.
        public void ranIn(double nanosPerElement) {
            slowRuns = Math.max(0, slowRuns + (nanosPerElement > interpreted * (1 << retreats) ? 1 : -1));
            if (slowRuns > MAX_SLOW_RUNS) {
                retreat();
            }
        }
    }

    /// A folder into which class files are written.
    private static final String DUMP = "gradus.dumpKernels";

    private static final int MAX_SLOW_RUNS = 50;
    private static final int MAX_RETREATS = 5;

    private static final System.Logger LOG = System.getLogger("dev.gradus");

    /// The number of elements that a kernel is warmed on: some blocks side by side, and one more.
    private static final int DUMMY = 5 * Reduction.BLOCK;

    /// It is fast when so many calls in succession take less than this part of the interpreter's time.
    private static final int FAST_CALLS = 8;

    private static final double FAST = 0.6;

    /// Where the interpreter has not been measured, in nanoseconds per element.
    private static final double ASSUMED = 2;

    private static final int MAX_CALLS = 40_000;

    private static final Map<Key, Entry> ENTRIES = new ConcurrentHashMap<>();
    private static final AtomicLong COMPILED = new AtomicLong();
    private static final AtomicLong TAKEN = new AtomicLong();
    private static final AtomicLong RETREATS = new AtomicLong();
    private static final ExecutorService BACKGROUND = background();

    private Kernels() {}

    private static ExecutorService background() {
        ThreadPoolExecutor executor =
                new ThreadPoolExecutor(1, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), work -> {
                    Thread thread = new Thread(work, "gradus-kernels");
                    thread.setDaemon(true);
                    return thread;
                });
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }

    /// The number of kernels that this JVM has compiled.
    public static long compiled() {
        return COMPILED.get();
    }

    /// How often a kernel took over from the interpreter.
    public static long taken() {
        return TAKEN.get();
    }

    /// How often a kernel left the work to the interpreter again.
    public static long retreats() {
        return RETREATS.get();
    }

    /// Waits until the background has nothing left to do that it was given before.
    public static void awaitBackground() throws InterruptedException, ExecutionException {
        Object ignored = BACKGROUND.submit(() -> {}).get();
    }

    /// The kernel for a key.
    ///
    /// @param eager whether to compile it now and use it at once, rather than when it is fast
    public static Entry of(Key key, boolean eager) {
        Entry entry = ENTRIES.computeIfAbsent(key, fresh -> {
            Entry made = new Entry(fresh);
            if (!eager) {
                BACKGROUND.execute(() -> prepare(made));
            }
            return made;
        });
        if (eager && entry.ready == null) {
            Kernel kernel = entry.compile();
            if (kernel != null) {
                entry.take(kernel);
            }
        }
        return entry;
    }

    /// Makes a kernel fast, in the background.
    private static void prepare(Entry entry) {
        Key key = entry.key;
        // States lie in shared arenas: a confined one here would let the JIT expect the wrong kind.
        try (Arena arena = Arena.ofShared()) {
            Kernel kernel = entry.compile();
            if (kernel == null) {
                return;
            }
            List<MemorySegment> dummies = new ArrayList<>();
            for (Class<?> kind : key.segments) {
                dummy(kind, arena).ifPresent(dummies::add);
            }
            boolean canWarm = dummies.size() == key.segments.size();
            if (!canWarm || warm(kernel, key, dummies.toArray(MemorySegment[]::new), entry)) {
                entry.take(kernel);
            } else {
                entry.retreat();
            }
        } catch (RuntimeException | LinkageError e) {
            LOG.log(System.Logger.Level.WARNING, "a pass stays in the interpreter: no kernel could be made of it", e);
        }
    }

    /// Runs a kernel until it is fast, and says whether it is.
    private static boolean warm(Kernel kernel, Key key, MemorySegment[] dummies, Entry entry) {
        int elements = key.exchanged == key.rows.size() ? DUMMY : Reduction.BLOCK;
        Object[] blocks = new Object[key.exchanged];
        Arrays.setAll(
                blocks,
                i -> key.type == ElementType.FLOAT64 || key.rows.contains(i) ? new double[DUMMY] : new float[DUMMY]);
        int slotsNeeded = key.pass.code().stream()
                .filter(in -> in.op() == Op.SPLAT)
                .mapToInt(in -> in.a() + 1)
                .max()
                .orElse(0);
        double[] slots = new double[slotsNeeded];
        Arrays.fill(slots, 0.5);
        long[] keys = new long[dummies.length];
        double[] lanes = new double[Reduction.LANES * key.reductions.size() * DUMMY / EightBit.BLOCK];
        MemorySegment[] scratch = new MemorySegment[key.scratch.size()];
        for (int i = 0; i < dummies.length; i++) {
            if (key.scratch.get(i) >= 0) {
                scratch[key.scratch.get(i)] = dummies[i];
            }
        }
        int fast = 0;
        for (int call = 0; call < MAX_CALLS && fast < FAST_CALLS; call++) {
            int run = key.runs.lengths[call % key.runs.lengths.length];
            long start = System.nanoTime();
            kernel.run(dummies, scratch, 0, blocks, slots, keys, lanes, run, run, 0, elements);
            double perElement = (double) (System.nanoTime() - start) / elements;
            double interpreted = entry.interpreted == Double.MAX_VALUE ? ASSUMED : entry.interpreted;
            fast = perElement < FAST * interpreted ? fast + 1 : 0;
        }
        return fast == FAST_CALLS;
    }

    /// Memory of the same class of segments to warm a kernel on.
    private static Optional<MemorySegment> dummy(Class<?> kind, Arena arena) {
        List<MemorySegment> kinds = List.of(
                MemorySegment.ofArray(new double[DUMMY]),
                MemorySegment.ofArray(new float[2 * DUMMY]),
                MemorySegment.ofArray(new short[4 * DUMMY]),
                MemorySegment.ofArray(new byte[8 * DUMMY]),
                arena.allocate((long) DUMMY * Double.BYTES, 64));
        return kinds.stream().filter(segment -> segment.getClass() == kind).findFirst();
    }

    private static Kernel define(byte[] bytes, Key key) {
        dump(bytes);
        try {
            Class<?> hidden = MethodHandles.lookup()
                    .defineHiddenClassWithClassData(bytes, key.segments, true)
                    .lookupClass();
            COMPILED.incrementAndGet();
            return (Kernel) hidden.getDeclaredConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("a kernel could not be defined: " + e.getMessage(), e);
        }
    }

    private static void dump(byte[] bytes) {
        String folder = System.getProperty(DUMP);
        if (folder != null) {
            Path file = Path.of(folder, "GeneratedKernel" + COMPILED.get() + ".class");
            try {
                Files.createDirectories(file.getParent());
                Path ignored = Files.write(file, bytes);
            } catch (IOException e) {
                LOG.log(System.Logger.Level.WARNING, "a kernel could not be written to " + file, e);
            }
        }
    }
}
