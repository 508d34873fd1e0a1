package dev.gradus.testkit.golden;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// A JSON object of which every key must be read: what nothing asks for would be skipped in silence.
final class Fields {
    private final String path;
    private final JsonNode object;
    private final Set<String> unread = new LinkedHashSet<>();
    private final Map<String, List<Fields>> inner = new HashMap<>();

    Fields(String path, JsonNode object) {
        this.path = path;
        this.object = object;
        if (!object.isObject()) {
            throw new IllegalArgumentException(path + " must be an object, got " + object);
        }
        unread.addAll(object.propertyNames());
    }

    boolean has(String key) {
        return object.has(key);
    }

    /// The keys, none of which this reads.
    Set<String> keys() {
        return new LinkedHashSet<>(object.propertyNames());
    }

    /// The value, whatever it is.
    JsonNode node(String key) {
        if (!object.has(key)) {
            throw new IllegalArgumentException(path + " has no key \"" + key + "\"");
        }
        unread.remove(key);
        return object.get(key);
    }

    double number(String key) {
        return number(at(key), node(key));
    }

    double number(String key, double ifMissing) {
        return has(key) ? number(key) : ifMissing;
    }

    @Nullable
    Double numberOrNull(String key) {
        return node(key).isNull() ? null : number(key);
    }

    long whole(String key) {
        double value = number(key);
        if (value != Math.rint(value)) {
            throw new IllegalArgumentException(at(key) + " must be a whole number, got " + value);
        }
        return (long) value;
    }

    boolean flag(String key) {
        return flag(at(key), node(key));
    }

    boolean flag(String key, boolean ifMissing) {
        return has(key) ? flag(key) : ifMissing;
    }

    String text(String key) {
        JsonNode value = node(key);
        if (!value.isString()) {
            throw new IllegalArgumentException(at(key) + " must be a text, got " + value);
        }
        return value.stringValue();
    }

    String text(String key, String ifMissing) {
        return has(key) ? text(key) : ifMissing;
    }

    double[] numbers(String key) {
        return numbers(at(key), node(key));
    }

    double[] numbers(String key, int count) {
        double[] numbers = numbers(key);
        if (numbers.length != count) {
            throw new IllegalArgumentException(at(key) + " must have " + count + " numbers, got " + numbers.length);
        }
        return numbers;
    }

    List<Boolean> flags(String key) {
        return list(key).stream().map(value -> flag(at(key), value)).toList();
    }

    List<String> texts(String key) {
        return list(key).stream().map(JsonNode::asString).toList();
    }

    List<JsonNode> list(String key) {
        JsonNode value = node(key);
        if (!value.isArray()) {
            throw new IllegalArgumentException(at(key) + " must be an array, got " + value);
        }
        return value.values().stream().toList();
    }

    Fields object(String key) {
        return inner.computeIfAbsent(key, k -> List.of(new Fields(at(k), node(k))))
                .getFirst();
    }

    List<Fields> objects(String key) {
        return inner.computeIfAbsent(key, k -> {
            List<Fields> objects = new ArrayList<>();
            for (JsonNode element : list(k)) {
                objects.add(new Fields(at(k) + "[" + objects.size() + "]", element));
            }
            return objects;
        });
    }

    /// Takes a number that can have but one value.
    ///
    /// @param why what it would mean otherwise
    void requireOnly(String key, double only, String why) {
        if (number(key) != only) {
            throw new IllegalArgumentException(at(key) + " must be " + only + ", got " + number(key) + ": " + why);
        }
    }

    /// Takes a flag that can have but one value.
    ///
    /// @param why what it would mean otherwise
    void requireOnly(String key, boolean only, String why) {
        if (flag(key) != only) {
            throw new IllegalArgumentException(at(key) + " must be " + only + ": " + why);
        }
    }

    /// An error about a value.
    IllegalArgumentException unknown(String key) {
        return new IllegalArgumentException(at(key) + " = " + node(key) + " is unknown");
    }

    /// @throws IllegalArgumentException naming the keys that nothing has read, here and within
    void requireAllRead() {
        if (!unread.isEmpty()) {
            throw new IllegalArgumentException(path + " has unknown keys " + unread);
        }
        inner.values().forEach(objects -> objects.forEach(Fields::requireAllRead));
    }

    static double[] numbers(String path, JsonNode node) {
        if (!node.isArray()) {
            throw new IllegalArgumentException(path + " must be an array of numbers, got " + node);
        }
        double[] numbers = new double[node.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = number(path, node.get(i));
        }
        return numbers;
    }

    private static double number(String path, JsonNode node) {
        if (!node.isNumber()) {
            throw new IllegalArgumentException(path + " must be a number, got " + node);
        }
        return node.doubleValue();
    }

    private static boolean flag(String path, JsonNode node) {
        if (!node.isBoolean()) {
            throw new IllegalArgumentException(path + " must be true or false, got " + node);
        }
        return node.booleanValue();
    }

    private String at(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }
}
