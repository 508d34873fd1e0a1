package dev.gradus.rule;

import dev.gradus.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/// Which parameters a rule is for: a value, so that it can be compared, printed and saved.
public sealed interface Mask {

    boolean matches(String parameterName, Shape shape);

    /// Parameters whose whole name matches a pattern in which `*` stands for any characters and `?` for one.
    static Mask named(String pattern) {
        return new Named(pattern);
    }

    static Mask rank(int rank) {
        return new RankIs(rank);
    }

    static Mask rankAtLeast(int rank) {
        return new RankAtLeast(rank);
    }

    /// Parameters that have the axis (0 is the outermost) with exactly this size.
    static Mask size(int axis, long size) {
        return new SizeIs(axis, size);
    }

    /// Parameters that have the axis (0 is the outermost) with at least this size.
    static Mask sizeAtLeast(int axis, long size) {
        return new SizeAtLeast(axis, size);
    }

    /// Parameters of exactly this shape.
    static Mask shape(long... sizes) {
        return new ShapeIs(Arrays.stream(sizes).boxed().toList());
    }

    /// Parameters with at least this number of elements.
    static Mask elementsAtLeast(long elements) {
        return new ElementsAtLeast(elements);
    }

    /// A condition in code, which carries a name because code cannot be compared or printed.
    static Mask of(String name, Predicate<Shape> predicate) {
        return new Custom(name, predicate);
    }

    default Mask and(Mask other) {
        return new And(this, other);
    }

    default Mask or(Mask other) {
        return new Or(this, other);
    }

    default Mask not() {
        return this instanceof Not negated ? negated.mask : new Not(this);
    }

    record Named(String pattern) implements Mask {
        @Override
        public boolean matches(String parameterName, Shape shape) {
            String quoted = Pattern.quote(pattern).replace("*", "\\E.*\\Q").replace("?", "\\E.\\Q");
            return parameterName.matches("(?s)" + quoted);
        }

        @Override
        public String toString() {
            return '"' + pattern + '"';
        }
    }

    record RankIs(int rank) implements Mask {
        @Override
        public boolean matches(String parameterName, Shape shape) {
            return shape.rank() == rank;
        }

        @Override
        public String toString() {
            return "rank=" + rank;
        }
    }

    record RankAtLeast(int rank) implements Mask {
        @Override
        public boolean matches(String parameterName, Shape shape) {
            return shape.rank() >= rank;
        }

        @Override
        public String toString() {
            return "rank>=" + rank;
        }
    }

    record SizeIs(int axis, long size) implements Mask {
        @Override
        public boolean matches(String parameterName, Shape shape) {
            return axis < shape.rank() && shape.size(axis) == size;
        }

        @Override
        public String toString() {
            return "size[" + axis + "]=" + size;
        }
    }

    record SizeAtLeast(int axis, long size) implements Mask {
        @Override
        public boolean matches(String parameterName, Shape shape) {
            return axis < shape.rank() && shape.size(axis) >= size;
        }

        @Override
        public String toString() {
            return "size[" + axis + "]>=" + size;
        }
    }

    record ShapeIs(List<Long> sizes) implements Mask {
        public ShapeIs {
            sizes = List.copyOf(sizes);
        }

        @Override
        public boolean matches(String parameterName, Shape shape) {
            return Arrays.stream(shape.toArray()).boxed().toList().equals(sizes);
        }

        @Override
        public String toString() {
            return "shape=" + sizes;
        }
    }

    record ElementsAtLeast(long elements) implements Mask {
        @Override
        public boolean matches(String parameterName, Shape shape) {
            return shape.elements() >= elements;
        }

        @Override
        public String toString() {
            return "elements>=" + elements;
        }
    }

    record Custom(String name, Predicate<Shape> predicate) implements Mask {
        @Override
        public boolean matches(String parameterName, Shape shape) {
            return predicate.test(shape);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Custom custom && name.equals(custom.name);
        }

        @Override
        public int hashCode() {
            return name.hashCode();
        }

        @Override
        public String toString() {
            return name;
        }
    }

    record And(Mask left, Mask right) implements Mask {
        @Override
        public boolean matches(String parameterName, Shape shape) {
            return left.matches(parameterName, shape) && right.matches(parameterName, shape);
        }

        @Override
        public String toString() {
            return "(" + left + " and " + right + ")";
        }
    }

    record Or(Mask left, Mask right) implements Mask {
        @Override
        public boolean matches(String parameterName, Shape shape) {
            return left.matches(parameterName, shape) || right.matches(parameterName, shape);
        }

        @Override
        public String toString() {
            return "(" + left + " or " + right + ")";
        }
    }

    record Not(Mask mask) implements Mask {
        @Override
        public boolean matches(String parameterName, Shape shape) {
            return !mask.matches(parameterName, shape);
        }

        @Override
        public String toString() {
            return "not " + mask;
        }
    }
}
