package dev.gradus.engine;

import dev.gradus.expr.State;
import dev.gradus.program.Variant;
import dev.gradus.program.Variant.Total;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// How far a task has got and what it has come to. The device that runs the task reports it here; the
/// scheduling and the result of a step depend on nothing else, whichever device runs it.
public final class TaskStatus {
    private final String parameter;
    private final List<Variant> variants;

    /// By variant, the states with one number that it writes.
    private final List<List<State>> numbers;

    /// By variant, the states with one number that it writes even if the step does not take place.
    private final List<List<State>> numbersIfSkipped;

    private int variant;
    private double[] registers = {};
    private int level;
    private boolean isComplete;
    private boolean hasWritten;
    private @Nullable Throwable failure;

    /// @param parameter its name
    /// @param variants of the program that the task runs
    public TaskStatus(String parameter, List<Variant> variants) {
        this.parameter = parameter;
        this.variants = variants;
        this.numbers = variants.stream()
                .map(each -> List.copyOf(each.numbers().keySet()))
                .toList();
        this.numbersIfSkipped = variants.stream()
                .map(each -> each.numbers().keySet().stream()
                        .filter(each.regardless()::contains)
                        .toList())
                .toList();
    }

    /// Begins with a variant of the program.
    ///
    /// @param ofVariant the host scalars of the variant, by register
    public void begin(int newVariant, double[] ofVariant) {
        variant = newVariant;
        registers = ofVariant;
        level = 0;
        isComplete = false;
        hasWritten = false;
        failure = null;
    }

    /// Reports that all stages before a level are complete.
    public void reach(int nextLevel) {
        level = nextLevel;
    }

    /// Reports that all stages are complete.
    public void complete() {
        level = current().end() + 1;
        isComplete = true;
    }

    /// Reports that the parameter or its states may have been written to.
    public void write() {
        hasWritten = true;
    }

    /// Reports a failure, of which the first counts; the task must not go on.
    public void fail(Throwable cause) {
        if (failure == null) {
            failure = cause;
        }
    }

    private Variant current() {
        return variants.get(variant);
    }

    /// The parameter's name.
    public String parameter() {
        return parameter;
    }

    /// Whether the task has stages left and has not failed.
    public boolean isOpen() {
        return !isComplete && failure == null;
    }

    /// Whether all stages are complete.
    public boolean isComplete() {
        return isComplete;
    }

    /// Whether the parameter or its states may have been written to.
    public boolean hasWritten() {
        return hasWritten;
    }

    /// What the task failed by, or null.
    public @Nullable Throwable failure() {
        return failure;
    }

    /// Where the task failed and why, to end a sentence with: `"w": Already closed`.
    public String explanation() {
        Throwable cause = Objects.requireNonNull(failure);
        String message = cause.getMessage();
        return "\"" + parameter + "\": " + (message == null ? cause.toString() : message);
    }

    /// Whether the step took place; known once the task is complete.
    public boolean isCommitted() {
        Variant current = current();
        return current.takesPlace() && !(current.commit() >= 0 && registers[current.commit()] == 0);
    }

    /// The states with one number that the completed task writes.
    public List<State> numbers() {
        return (isCommitted() ? numbers : numbersIfSkipped).get(variant);
    }

    /// What a state with one number becomes by the completed task.
    public double number(State state) {
        return registers[Objects.requireNonNull(current().numbers().get(state))];
    }

    /// A metric of the completed task.
    public double metric(int index) {
        return registers[current().metrics()[index]];
    }

    /// Which variant of the program runs.
    int variant() {
        return variant;
    }

    /// The next level to run; one more than the last where the task is complete.
    public int level() {
        return level;
    }

    /// What the variant combines with other parameters.
    public List<Total> totals() {
        return current().totals();
    }

    /// Fills a total, which the next level needs.
    public void fill(Total total, double value) {
        registers[total.register()] = value;
    }

    /// What the parameter contributes to a total, after the level before it.
    public double contribution(Total total) {
        return registers[total.operand()];
    }
}
