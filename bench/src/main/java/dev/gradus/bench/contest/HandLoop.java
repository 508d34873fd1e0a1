package dev.gradus.bench.contest;

/// A step as somebody writes it by hand for one rule: plain loops over `float[]`, which the JIT vectorises, as a C
/// compiler does.
///
/// With several threads each takes tensors of its own, or a part of the only one. Small models are stepped by the
/// caller alone, since waking a thread takes longer than such a step.
abstract class HandLoop implements Contestant {
    private static final long WORTH_A_THREAD = 300_000;

    final Layout layout;
    final float[][] theta;
    final float[][] gradients;
    private final Team team;

    HandLoop(Layout layout, float[][] theta, float[][] gradients, int threads) {
        this.layout = layout;
        this.theta = theta;
        this.gradients = gradients;
        this.team = new Team(layout.parameters() < WORTH_A_THREAD ? 1 : threads);
    }

    /// Counts the step and computes what is the same for all elements.
    abstract void begin();

    /// Sweeps over a tensor that must be complete before the next begins.
    int sweeps() {
        return 1;
    }

    /// Whether [#total(int, int, int, int)] must have seen all gradients before the first sweep.
    boolean needsTotal() {
        return false;
    }

    /// Adds a part of a gradient to the worker's part of a total.
    void total(int worker, int tensor, int from, int to) {}

    /// Takes note that all gradients have been seen.
    void totalled() {}

    /// Updates a part of a tensor, which consists of whole rows where the tensor has enough of them.
    abstract void sweep(int sweep, int worker, int tensor, int from, int to);

    int workers() {
        return team.size();
    }

    @Override
    public final void step() {
        begin();
        if (needsTotal()) {
            if (layout.tensors() >= team.size()) {
                team.run(worker -> {
                    for (int tensor = firstTensor(worker); tensor < firstTensor(worker + 1); tensor++) {
                        total(worker, tensor, 0, layout.elements());
                    }
                });
            } else {
                team.run(worker -> {
                    for (int tensor = 0; tensor < layout.tensors(); tensor++) {
                        total(worker, tensor, firstElement(worker), firstElement(worker + 1));
                    }
                });
            }
            totalled();
        }
        if (layout.tensors() >= team.size()) {
            team.run(worker -> {
                for (int tensor = firstTensor(worker); tensor < firstTensor(worker + 1); tensor++) {
                    for (int sweep = 0; sweep < sweeps(); sweep++) {
                        sweep(sweep, worker, tensor, 0, layout.elements());
                    }
                }
            });
        } else {
            for (int tensor = 0; tensor < layout.tensors(); tensor++) {
                for (int sweep = 0; sweep < sweeps(); sweep++) {
                    int thisTensor = tensor;
                    int thisSweep = sweep;
                    team.run(worker ->
                            sweep(thisSweep, worker, thisTensor, firstElement(worker), firstElement(worker + 1)));
                }
            }
        }
    }

    private int firstTensor(int worker) {
        return (int) ((long) layout.tensors() * worker / team.size());
    }

    private int firstElement(int worker) {
        int rows = layout.elements() / layout.row();
        return (int) ((long) rows * worker / team.size()) * layout.row();
    }

    @Override
    public double value(int tensor, int element) {
        return theta[tensor][element];
    }

    @Override
    public void close() {
        team.close();
    }
}
