package dev.gradus.numeric;

import dev.gradus.numeric.Sequence.Step;
import java.util.function.UnaryOperator;

/// The plainest reading of a decomposed function: step by step, for one number.
public final class Evaluation {
    private final Sequence floats;
    private final Sequence doubles;
    private final int[][] floatOperands;
    private final int[][] doubleOperands;

    private Evaluation(Sequence floats, Sequence doubles) {
        this.floats = floats;
        this.doubles = doubles;
        this.floatOperands = operands(floats);
        this.doubleOperands = operands(doubles);
    }

    static Evaluation of(UnaryOperator<Real> function) {
        return of(Real.decompose(function, true), Real.decompose(function, false));
    }

    public static Evaluation of(Decomposition floats, Decomposition doubles) {
        return new Evaluation(floats.full(), doubles.full());
    }

    private static int[][] operands(Sequence sequence) {
        return sequence.steps().stream()
                .map(step -> step.operands().stream().mapToInt(i -> i).toArray())
                .toArray(int[][]::new);
    }

    public float apply(float x) {
        float[] numbers = new float[floatOperands.length];
        int[] bits = new int[numbers.length];
        for (int i = 0; i < numbers.length; i++) {
            Step step = floats.steps().get(i);
            int[] of = floatOperands[i];
            int a = of.length > 0 ? of[0] : 0;
            int b = of.length > 1 ? of[1] : 0;
            switch (step.basic()) {
                case ARGUMENT -> numbers[i] = x;
                case CONSTANT -> numbers[i] = (float) step.number();
                case ADD -> numbers[i] = numbers[a] + numbers[b];
                case SUBTRACT -> numbers[i] = numbers[a] - numbers[b];
                case MULTIPLY -> numbers[i] = numbers[a] * numbers[b];
                case DIVIDE -> numbers[i] = numbers[a] / numbers[b];
                case MIN -> numbers[i] = Math.min(numbers[a], numbers[b]);
                case MAX -> numbers[i] = Math.max(numbers[a], numbers[b]);
                case ABS -> numbers[i] = Math.abs(numbers[a]);
                case SIGN -> numbers[i] = Math.signum(numbers[a]);
                case WHERE_LESS -> numbers[i] = numbers[a] < numbers[b] ? numbers[of[2]] : numbers[of[3]];
                case WHERE_EQUAL -> numbers[i] = numbers[a] == numbers[b] ? numbers[of[2]] : numbers[of[3]];
                case TO_BITS -> bits[i] = Float.floatToRawIntBits(numbers[a]);
                case FROM_BITS -> numbers[i] = Float.intBitsToFloat(bits[a]);
                case TO_WHOLE -> numbers[i] = bits[a] - (float) step.number();
                case ADD_BITS -> bits[i] = bits[a] + (int) step.bits();
                case AND_BITS -> bits[i] = bits[a] & (int) step.bits();
                case SHIFT_LEFT -> bits[i] = bits[a] << step.bits();
                case SHIFT_RIGHT -> bits[i] = bits[a] >>> step.bits();
            }
        }
        return numbers[floats.result()];
    }

    public double apply(double x) {
        double[] numbers = new double[doubleOperands.length];
        long[] bits = new long[numbers.length];
        for (int i = 0; i < numbers.length; i++) {
            Step step = doubles.steps().get(i);
            int[] of = doubleOperands[i];
            int a = of.length > 0 ? of[0] : 0;
            int b = of.length > 1 ? of[1] : 0;
            switch (step.basic()) {
                case ARGUMENT -> numbers[i] = x;
                case CONSTANT -> numbers[i] = step.number();
                case ADD -> numbers[i] = numbers[a] + numbers[b];
                case SUBTRACT -> numbers[i] = numbers[a] - numbers[b];
                case MULTIPLY -> numbers[i] = numbers[a] * numbers[b];
                case DIVIDE -> numbers[i] = numbers[a] / numbers[b];
                case MIN -> numbers[i] = Math.min(numbers[a], numbers[b]);
                case MAX -> numbers[i] = Math.max(numbers[a], numbers[b]);
                case ABS -> numbers[i] = Math.abs(numbers[a]);
                case SIGN -> numbers[i] = Math.signum(numbers[a]);
                case WHERE_LESS -> numbers[i] = numbers[a] < numbers[b] ? numbers[of[2]] : numbers[of[3]];
                case WHERE_EQUAL -> numbers[i] = numbers[a] == numbers[b] ? numbers[of[2]] : numbers[of[3]];
                case TO_BITS -> bits[i] = Double.doubleToRawLongBits(numbers[a]);
                case FROM_BITS -> numbers[i] = Double.longBitsToDouble(bits[a]);
                case TO_WHOLE -> numbers[i] = bits[a] - step.number();
                case ADD_BITS -> bits[i] = bits[a] + step.bits();
                case AND_BITS -> bits[i] = bits[a] & step.bits();
                case SHIFT_LEFT -> bits[i] = bits[a] << step.bits();
                case SHIFT_RIGHT -> bits[i] = bits[a] >>> step.bits();
            }
        }
        return numbers[doubles.result()];
    }
}
