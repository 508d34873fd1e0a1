package dev.gradus.cpu;

import dev.gradus.cpu.simd.KernelUse;
import dev.gradus.engine.TaskInputs;
import dev.gradus.engine.Tensor;
import java.util.Arrays;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// The threads that run the steps of an optimizer: the caller's and, where it pays, helpers beside it. Which
/// thread does what is left to chance and does not affect a result.
///
/// Large parameters are divided into chunks, stage by stage; small ones are each taken through their step by one
/// thread. All of them are one list, from which threads take the next piece of work until none is left.
///
/// Where the work for a parameter fails, by anything that the JVM can throw, its task is marked as failed and does not
/// go on; all other tasks do.
public final class WorkerPool implements AutoCloseable {
    /// With fewer elements in total, waking helpers costs more than they save.
    private static final long WORTH_HELP = 300_000;

    /// Up to this many elements one thread takes a parameter through its step, in its own cache.
    private static final long SMALL = 1 << 16;

    private static final System.Logger LOG = System.getLogger("dev.gradus");

    private final long worthHelp;
    private final long small;
    private final Worker[] workers;
    private final @Nullable Executor executor;
    private final Helper[] helpers;
    private final Scratch common = new Scratch();
    private final Object lock = new Object();

    // Guarded by the lock.
    private long wave;
    private boolean isOpen;
    private int inside;
    private boolean isClosed;

    // The work of the wave in progress: written before it opens.
    private Task[] waiting = {};
    private int waitingCount;
    private Task[] working = {};
    private long[] firstPiece = {};
    private boolean[] isWhole = {};
    private int workingCount;
    private long pieces;

    private final AtomicLong nextPiece = new AtomicLong();
    private @Nullable Task scratchOwner;
    private boolean hasWarned;

    /// @param threads the number of threads, the caller's among them
    /// @param executor runs the helpers, or null for threads of the pool's own
    /// @param kernels null for the interpreter
    public WorkerPool(int threads, @Nullable Executor executor, @Nullable KernelUse kernels) {
        this(threads, executor, kernels, WORTH_HELP, SMALL);
    }

    /// @param worthHelp with fewer elements in total, helpers are not woken
    /// @param small up to this many elements, one thread takes a parameter through its step
    WorkerPool(int threads, @Nullable Executor executor, @Nullable KernelUse kernels, long worthHelp, long small) {
        this.worthHelp = worthHelp;
        this.small = small;
        this.executor = executor;
        this.workers = new Worker[threads];
        Arrays.setAll(workers, i -> new Worker(kernels));
        this.helpers = new Helper[threads - 1];
        Arrays.setAll(helpers, i -> new Helper(workers[i + 1]));
    }

    /// Begins a step: decides which variant of the program runs, and loads its inputs.
    ///
    /// @param gradient null only for a program that reads none
    void begin(Task task, @Nullable Tensor gradient, TaskInputs inputs) {
        task.begin(gradient, inputs, workers[0]);
    }

    /// Takes part in waves.
    private final class Helper implements Runnable {
        private final Worker worker;
        private boolean isAtWork;
        private @Nullable Thread thread;

        Helper(Worker worker) {
            this.worker = worker;
        }

        /// Takes part in the wave in progress, if it still is; run by an executor.
        @Override
        public void run() {
            synchronized (lock) {
                if (!isOpen || isAtWork) {
                    return;
                }
                enter();
            }
            takePart();
        }

        /// Takes part in every wave; run by a thread of its own.
        void loop() {
            long seen = 0;
            while (true) {
                synchronized (lock) {
                    while (!isClosed && (!isOpen || wave == seen)) {
                        try {
                            lock.wait();
                        } catch (InterruptedException nobodyMeansIt) {
                            // Only closing the pool ends its threads.
                        }
                    }
                    if (isClosed) {
                        return;
                    }
                    seen = wave;
                    enter();
                }
                takePart();
            }
        }

        private void enter() {
            isAtWork = true;
            inside++;
        }

        private void takePart() {
            try {
                work(worker);
            } finally {
                synchronized (lock) {
                    isAtWork = false;
                    inside--;
                    lock.notifyAll();
                }
            }
        }
    }

    /// Runs begun tasks until each is complete, has failed or waits for totals. The totals of the level at which a task
    /// stands have been filled.
    void advance(Task[] ready, int count) {
        long elements = 0;
        for (int i = 0; i < count; i++) {
            elements += ready[i].elements();
        }
        if (helpers.length == 0 || elements < worthHelp) {
            for (int i = 0; i < count; i++) {
                alone(ready[i]);
            }
            return;
        }
        enlist(ready, count);
        while (waitingCount > 0) {
            plan();
            runWave();
            settle();
        }
    }

    /// Runs a begun task on the calling thread, until it is complete, has failed or waits for totals.
    void alone(Task task) {
        try {
            task.advance(workers[0]);
        } catch (Throwable e) {
            fail(task, workers[0], e);
        }
    }

    /// Fails a task, and discards the reductions that the thread has in progress.
    private static void fail(Task task, Worker worker, Throwable cause) {
        task.status().fail(cause);
        worker.workspace.clear();
    }

    /// Lists the tasks that wait. A task whose memory other threads must not access runs at once.
    private void enlist(Task[] ready, int count) {
        if (waiting.length < count) {
            waiting = new Task[count];
            working = new Task[count];
            isWhole = new boolean[count];
            firstPiece = new long[count];
        }
        waitingCount = 0;
        scratchOwner = null;
        for (int i = 0; i < count; i++) {
            if (ready[i].isShareable()) {
                waiting[waitingCount++] = ready[i];
            } else {
                alone(ready[i]);
            }
        }
    }

    /// Makes the list of the next wave. Parameters that need the common scratch memory come one after the
    /// other.
    private void plan() {
        workingCount = 0;
        pieces = 0;
        for (int i = 0; i < waitingCount; i++) {
            Task next = waiting[i];
            boolean whole = next.elements() <= small;
            if (!whole && next.keepsScratch()) {
                if (scratchOwner == null) {
                    scratchOwner = next;
                } else if (scratchOwner != next) {
                    continue;
                }
            }
            working[workingCount] = next;
            isWhole[workingCount] = whole;
            firstPiece[workingCount] = pieces;
            workingCount++;
            try {
                pieces += whole ? 1 : next.prepareStage(workers[0], common);
            } catch (Throwable e) {
                fail(next, workers[0], e);
            }
        }
    }

    private void runWave() {
        nextPiece.set(0);
        if (pieces > 1) {
            open();
        }
        try {
            work(workers[0]);
        } finally {
            if (pieces > 1) {
                awaitHelpers();
            }
        }
    }

    /// Calls the helpers. Where some do not come, the caller does more of the work.
    private void open() {
        synchronized (lock) {
            wave++;
            isOpen = true;
            lock.notifyAll();
        }
        try {
            if (executor == null) {
                startThreads();
            } else {
                for (Helper helper : helpers) {
                    executor.execute(helper);
                }
            }
        } catch (RejectedExecutionException busy) {
            // An executor may do so: the caller does the work.
        } catch (Throwable e) {
            warn(e);
        }
    }

    private void warn(Throwable cause) {
        if (!hasWarned) {
            hasWarned = true;
            LOG.log(System.Logger.Level.WARNING, "steps run on fewer threads: a helper could not be started", cause);
        }
    }

    private void startThreads() {
        for (int i = 0; i < helpers.length; i++) {
            Helper helper = helpers[i];
            if (helper.thread == null) {
                Thread thread = new Thread(helper::loop, "gradus-helper-" + (i + 1));
                thread.setDaemon(true);
                thread.start();
                helper.thread = thread;
            }
        }
    }

    /// Waits until nobody works on the wave any more.
    private void awaitHelpers() {
        boolean interrupted = false;
        synchronized (lock) {
            isOpen = false;
            while (inside > 0) {
                try {
                    lock.wait();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /// Takes pieces of work until none is left.
    private void work(Worker worker) {
        int at = 0;
        while (true) {
            long piece = nextPiece.getAndIncrement();
            if (piece >= pieces) {
                return;
            }
            while (at + 1 < workingCount && firstPiece[at + 1] <= piece) {
                at++;
            }
            Task task = working[at];
            if (task.status().failure() != null) {
                continue;
            }
            try {
                if (isWhole[at]) {
                    task.advance(worker);
                } else {
                    task.runChunk(piece - firstPiece[at], worker, common);
                }
            } catch (Throwable e) {
                fail(task, worker, e);
            }
        }
    }

    /// Completes the stages of the wave. Tasks that are not blocked stay on the list.
    private void settle() {
        for (int i = 0; i < workingCount; i++) {
            if (!isWhole[i] && working[i].status().failure() == null) {
                finishStage(working[i]);
            }
        }
        int left = 0;
        int next = 0;
        for (int i = 0; i < waitingCount; i++) {
            Task task = waiting[i];
            boolean hasWorked = next < workingCount && working[next] == task;
            next += hasWorked ? 1 : 0;
            if (!hasWorked || !task.isBlocked()) {
                waiting[left++] = task;
            } else if (scratchOwner == task) {
                scratchOwner = null;
            }
        }
        waitingCount = left;
    }

    private void finishStage(Task task) {
        try {
            task.finishStage(workers[0]);
        } catch (Throwable e) {
            fail(task, workers[0], e);
        }
    }

    /// Ends the pool's threads and frees its memory.
    @Override
    public void close() {
        synchronized (lock) {
            isClosed = true;
            lock.notifyAll();
        }
        boolean interrupted = false;
        for (Helper helper : helpers) {
            Thread thread = helper.thread;
            while (thread != null && thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        for (Worker worker : workers) {
            worker.close();
        }
        common.close();
    }
}
