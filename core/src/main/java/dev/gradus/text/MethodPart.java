package dev.gradus.text;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A method, whose parameters are the arguments.
///
/// @param receiver what it is called on, null for a static one
record MethodPart(Method method, @Nullable Object receiver) implements Part {
    @Override
    public String name() {
        return method.getName();
    }

    @Override
    public Class<?> type() {
        return method.getReturnType();
    }

    @Override
    public List<Parameter> parameters() {
        return Arrays.stream(method.getParameters())
                .map(p -> new Parameter(p.getName(), p.getParameterizedType()))
                .toList();
    }

    MethodPart on(Object receiver) {
        return new MethodPart(method, receiver);
    }

    @Override
    public Object make(Map<String, Object> arguments) {
        Object[] ordered = ordered(arguments).toArray();
        return Types.call(method, () -> method.invoke(receiver, ordered));
    }

    /// The arguments in the order of the parameters.
    ///
    /// @throws IllegalArgumentException if one is missing
    List<Object> ordered(Map<String, Object> arguments) {
        return parameters().stream()
                .map(p -> Optional.ofNullable(arguments.get(p.name()))
                        .orElseThrow(
                                () -> new IllegalArgumentException(name() + " needs the argument \"" + p.name() + '"')))
                .toList();
    }
}
