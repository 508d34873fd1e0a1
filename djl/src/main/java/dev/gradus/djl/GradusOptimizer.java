package dev.gradus.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Block;
import dev.gradus.Optimizer;
import dev.gradus.rule.Mask;
import dev.gradus.rule.Rule;
import dev.gradus.schedule.Schedule;
import dev.gradus.schedule.Schedules;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Trains a DJL network with a Gradus rule, in place of one of DJL's own optimizers.
///
/// ```java
/// try (GradusOptimizer optimizer = GradusOptimizer.of(model.getBlock(), adaBelief(), cosine(1e-3, 0, 10_000));
///         Trainer trainer = model.newTrainer(new DefaultTrainingConfig(loss).optOptimizer(optimizer))) {
///     trainer.initialize(new Shape(32, 1, 8, 8));
///     EasyTrain.fit(trainer, 10, dataset, null);
/// }
/// ```
///
/// **One step for the whole network.** DJL reports one parameter after the other, in an order that differs from run
/// to run, and does not say which is the last. But it reports the first only when all gradients are complete, so the
/// first report of a round makes the step for every trainable parameter of the block, and the other reports of that
/// round are acknowledged. This is why the block must be given: rules that need all parameters at once, such as
/// `clipByGlobalNorm`, mean what they say, and no rule is refused. A round ends when a parameter is reported that
/// the last step did not cover, or that has been reported since.
///
/// **In place.** Weights and gradients are read and written where DJL keeps them; nothing is copied. They must be
/// dense FLOAT32, FLOAT64 or FLOAT16 arrays of less than 2 GiB on the CPU. One training device is supported. Like
/// DJL's own optimizers, this one leaves the gradients at zero.
///
/// **Names.** DJL's parameter ids are random. Here a parameter is called as in [Block#getParameters()], for instance
/// `01Conv2d_weight`, so that masks, states and checkpoints have the same names in every run. A parameter that the
/// block has twice (tied weights) goes by its first name and is updated once.
///
/// **Frozen and unused parameters.** A frozen parameter is not touched and gets no state; it joins when it is
/// unfrozen, and keeps its state should it be frozen again. A parameter that no loss has yet depended on has no
/// gradient and is skipped. One that did not take part in this batch, but in an earlier one, has a gradient of
/// zeros, which DJL cannot tell from a real one.
///
/// Steps may come from any thread, one at a time. Closing frees the optimizer's states and leaves the network alone.
public final class GradusOptimizer extends ai.djl.training.optimizer.Optimizer implements AutoCloseable {
    private final Members members;

    /// The ids that the last step covered and that DJL has yet to report.
    private Set<String> covered = new HashSet<>();

    private boolean closed;

    private GradusOptimizer(Block block, List<Group> groups) {
        super(new Defaults());
        this.members = new Members(block, groups);
    }

    /// Trains all parameters of a block by the same rule.
    ///
    /// @param block what is trained, usually the whole of [ai.djl.Model#getBlock()]; it need not be initialized yet
    public static GradusOptimizer of(Block block, Rule rule, Schedule learningRate) {
        return of(block, new Group("all", Mask.named("*"), rule, learningRate));
    }

    /// Trains all parameters of a block by the same rule at a constant learning rate.
    public static GradusOptimizer of(Block block, Rule rule, double learningRate) {
        return of(block, rule, Schedules.constant(learningRate));
    }

    /// Trains each trainable parameter of a block by the first group that matches it.
    ///
    /// @throws IllegalArgumentException if there is no group, or two have the same name
    public static GradusOptimizer of(Block block, Group... groups) {
        if (groups.length == 0) {
            throw new IllegalArgumentException("GradusOptimizer: needs at least one group, got none");
        }
        Set<String> names = new HashSet<>();
        for (Group group : groups) {
            if (!names.add(group.name())) {
                throw new IllegalArgumentException("GradusOptimizer: two groups are called \"" + group.name() + "\"");
            }
        }
        return new GradusOptimizer(block, List.of(groups));
    }

    /// The optimizer at work: its states and hyperparameters by name, its listeners. It takes the parameters as
    /// they are at the first call, or at the first step. Steps are the trainer's to make; after the model is
    /// closed a call of `step()` or a look at a parameter's values would touch memory that has been freed.
    ///
    /// @throws IllegalStateException if the block is not initialized yet, or this is closed
    /// @throws IllegalArgumentException if a group does not fit the block, or the memory of an array cannot be
    ///     reached
    public synchronized Optimizer optimizer() {
        requireOpen();
        return members.optimizer();
    }

    /// Called by DJL with each trainable parameter after the other when a trainer makes a step.
    ///
    /// @param parameterId DJL's id
    /// @param weight the parameter's array
    /// @param gradient a copy that DJL closes after this call; the original is used instead
    /// @throws IllegalArgumentException if the parameter is not of the block, or the memory of an array cannot be
    ///     reached; nothing has been changed then
    /// @throws IllegalStateException if the array of a parameter has been replaced, or this is closed
    @Override
    public synchronized void update(String parameterId, NDArray weight, NDArray gradient) {
        requireOpen();
        members.get(parameterId).requireOriginal(weight);
        if (!covered.remove(parameterId)) {
            step();
            covered.remove(parameterId);
        }
    }

    /// Lets the rules react to one of their events, such as Sophia's `update_hessian`, with the gradients that the
    /// network has now, and sets these to zero. It is no step.
    ///
    /// @throws IllegalArgumentException if no rule knows the event, or as [#update] does
    /// @throws IllegalStateException as [#update] does
    public synchronized void fire(String event) {
        requireOpen();
        Optimizer optimizer = bound();
        optimizer.fire(event);
        optimizer.zeroGradients();
    }

    /// Frees the states. The network stays as it is.
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            members.close();
        }
    }

    private void step() {
        Optimizer optimizer = bound();
        optimizer.step();
        optimizer.zeroGradients();
        covered = members.trainable();
    }

    /// The optimizer, knowing all gradients as they are now.
    private Optimizer bound() {
        Optimizer optimizer = members.optimizer();
        members.bindGradients();
        return optimizer;
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("this GradusOptimizer is closed");
        }
    }

    /// DJL's base class wants a builder; its options (clipping, decay, rescaling) are links of a chain here.
    private static final class Defaults extends OptimizerBuilder<Defaults> {
        @Override
        protected Defaults self() {
            return this;
        }
    }
}
