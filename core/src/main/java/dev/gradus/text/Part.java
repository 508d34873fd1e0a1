package dev.gradus.text;

import dev.gradus.rule.Spelling;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What a name with arguments stands for: a record, or a method that makes one.
interface Part {
    /// An argument that it takes.
    ///
    /// @param name as in Java
    record Parameter(String name, Type type) {}

    /// As it is written.
    String name();

    /// What it makes.
    Class<?> type();

    /// In the order in which they are written without names.
    List<Parameter> parameters();

    /// Makes the value.
    ///
    /// @param arguments by name; those that are missing have their defaults
    /// @throws IllegalArgumentException if one that has no default is missing, or a value is not allowed
    Object make(Map<String, Object> arguments);

    /// The parameter of this name, in any spelling.
    default Optional<Parameter> parameter(String name) {
        return parameters().stream()
                .filter(p -> Spelling.fold(p.name).equals(Spelling.fold(name)))
                .findFirst();
    }

    /// Whether its arguments are the elements of the one list that it has.
    default boolean isVariadic() {
        return parameters().size() == 1 && Types.classOf(parameters().getFirst().type()) == List.class;
    }
}
