package dev.gradus.text;

import java.util.ArrayList;
import java.util.List;

/// The records that a value is composed of.
final class Tree {
    /// More than any text can be nested.
    private static final int DEEPEST = 500;

    private final List<Record> records = new ArrayList<>();

    private Tree() {}

    /// All records within a value, each before those that it is a component of.
    ///
    /// @throws IllegalArgumentException if they are nested too deeply to be written
    static List<Record> records(Object value) {
        Tree tree = new Tree();
        tree.collect(value, 0);
        return tree.records;
    }

    private void collect(Object value, int depth) {
        if (depth > DEEPEST) {
            throw new IllegalArgumentException("what is nested deeper than " + DEEPEST + " cannot be written as text");
        }
        if (value instanceof List<?> list) {
            list.forEach(element -> collect(element, depth + 1));
        } else if (value instanceof Record leaf) {
            RecordPart.components(leaf).forEach(component -> collect(component, depth + 1));
            records.add(leaf);
        }
    }
}
