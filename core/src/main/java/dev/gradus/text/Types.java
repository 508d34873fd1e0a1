package dev.gradus.text;

import java.lang.reflect.AccessibleObject;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.WildcardType;
import java.util.Locale;

/// What reflection leaves to be done.
final class Types {
    private Types() {}

    /// A call by reflection.
    interface Call {
        Object run() throws ReflectiveOperationException;
    }

    /// The class of a type, without its type arguments.
    static Class<?> classOf(Type type) {
        return switch (type) {
            case Class<?> c -> c;
            case ParameterizedType p -> classOf(p.getRawType());
            case WildcardType w -> classOf(w.getUpperBounds()[0]);
            default -> Object.class;
        };
    }

    /// The type of a list's elements.
    static Type elementOf(Type list) {
        return list instanceof ParameterizedType p ? p.getActualTypeArguments()[0] : Object.class;
    }

    /// What a class is called in a text unless it says otherwise: its simple name with a small first letter.
    static String nameOf(Class<?> type) {
        String name = type.getSimpleName();
        return name.isEmpty() ? name : name.substring(0, 1).toLowerCase(Locale.ROOT) + name.substring(1);
    }

    /// The word for one of a few values, those of an enum or of boolean.
    static String word(Object value) {
        return (value instanceof Enum<?> constant ? constant.name() : value.toString()).toLowerCase(Locale.ROOT);
    }

    /// Calls by reflection. What the callee refuses is thrown as it is.
    ///
    /// @throws IllegalArgumentException if Java's access rules forbid the call
    static Object call(AccessibleObject callee, Call call) {
        callee.trySetAccessible();
        try {
            return call.run();
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof RuntimeException refusal) {
                throw refusal;
            }
            throw new IllegalStateException(callee + " failed", e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException(
                    callee + " cannot be called: its package must be open to " + Types.class.getModule(), e);
        }
    }
}
