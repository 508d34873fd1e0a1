package dev.gradus.djl;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;

/// The numbers of all parameters of a network, or of their gradients, at one time.
record Values(Map<String, float[]> byName) {
    static Values of(Set<String> names, Function<String, float[]> numbers) {
        Map<String, float[]> byName = new LinkedHashMap<>();
        names.forEach(name -> byName.put(name, numbers.apply(name)));
        return new Values(byName);
    }

    float[] of(String name) {
        return Objects.requireNonNull(byName.get(name), name);
    }

    Values minus(Values other) {
        return of(byName.keySet(), name -> {
            float[] difference = of(name).clone();
            for (int i = 0; i < difference.length; i++) {
                difference[i] -= other.of(name)[i];
            }
            return difference;
        });
    }

    Values times(double factor) {
        return of(byName.keySet(), name -> {
            float[] product = of(name).clone();
            for (int i = 0; i < product.length; i++) {
                product[i] *= (float) factor;
            }
            return product;
        });
    }

    /// The Euclidean norm of all numbers.
    double norm() {
        double sum = 0;
        for (float[] numbers : byName.values()) {
            for (float number : numbers) {
                sum += (double) number * number;
            }
        }
        return Math.sqrt(sum);
    }
}
