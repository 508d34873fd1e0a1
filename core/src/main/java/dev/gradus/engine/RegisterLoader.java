package dev.gradus.engine;

import dev.gradus.program.ScalarRegisters.Hyperparameter;
import dev.gradus.program.ScalarRegisters.Input;
import dev.gradus.program.ScalarRegisters.Literal;
import dev.gradus.program.ScalarRegisters.Size;
import dev.gradus.program.ScalarRegisters.StateNumber;
import dev.gradus.program.ScalarRegisters.StepCount;
import dev.gradus.tensor.Shape;
import java.util.List;

/// Loads the input registers of host code: literals and sizes once, all others at each step.
public final class RegisterLoader {
    private final double[] registers;

    /// The registers of all inputs but literals.
    private final int[] variable;

    /// The registers of hyperparameters, and their places among the inputs of a step.
    private final int[] hypers;

    private final int[] places;
    private final StepCount[] steps;
    private final StateNumber[] numbers;

    /// @param registers into which it loads
    /// @param shape of the parameter
    public RegisterLoader(List<Input> inputs, double[] registers, Shape shape, TaskMemory memory) {
        this.registers = registers;
        this.variable = inputs.stream()
                .filter(input -> !(input instanceof Literal))
                .mapToInt(Input::register)
                .toArray();
        this.hypers = of(inputs, Hyperparameter.class).stream()
                .mapToInt(Hyperparameter::register)
                .toArray();
        this.places = of(inputs, Hyperparameter.class).stream()
                .mapToInt(hyper -> memory.placeOf(hyper.name()))
                .toArray();
        this.steps = of(inputs, StepCount.class).toArray(StepCount[]::new);
        this.numbers = of(inputs, StateNumber.class).toArray(StateNumber[]::new);
        for (Literal literal : of(inputs, Literal.class)) {
            registers[literal.register()] = literal.value();
        }
        for (Size size : of(inputs, Size.class)) {
            registers[size.register()] = Math.max(1, shape.elements(size.axes()));
        }
    }

    private static <T extends Input> List<T> of(List<Input> inputs, Class<T> kind) {
        return inputs.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    /// Loads the inputs of a step.
    public void load(TaskInputs values) {
        for (int i = 0; i < hypers.length; i++) {
            registers[hypers[i]] = values.hyper(places[i]);
        }
        for (StepCount step : steps) {
            registers[step.register()] = values.step(step.clock());
        }
        for (StateNumber number : numbers) {
            registers[number.register()] = values.number(number.state());
        }
    }

    /// Whether other registers hold the same inputs, to the bit.
    boolean areIn(double[] others) {
        for (int register : variable) {
            if (Double.doubleToRawLongBits(registers[register]) != Double.doubleToRawLongBits(others[register])) {
                return false;
            }
        }
        return true;
    }
}
