package dev.gradus.tensor;

import java.util.ArrayList;
import java.util.List;

/// The axes of the parameter along which a value varies: all of them, some (a value of reduced shape), or none
/// of them because the value is a number of the host ([#HOST]) that exists outside the loop over elements.
///
/// A set of axes is not a shape: a parameter of shape `[1, 5]` and its rows' norms differ in axes, though not in
/// sizes wherever an axis has size 1.
public record Axes(int rank, int mask) {
    /// A number computed once per step in double precision, not a tensor.
    public static final Axes HOST = new Axes(-1, 0);

    private static final int MAX_RANK = 30;

    /// All axes of a tensor of the given rank.
    ///
    /// @throws IllegalArgumentException if the rank is not in 0 … 30
    public static Axes all(int rank) {
        if (rank < 0 || rank > MAX_RANK) {
            throw new IllegalArgumentException("a tensor's rank must be in 0 … " + MAX_RANK + ", got " + rank);
        }
        return new Axes(rank, (1 << rank) - 1);
    }

    public boolean isHost() {
        return rank < 0;
    }

    /// Whether a value over these axes has the parameter's own shape.
    public boolean isFull() {
        return !isHost() && mask == (1 << rank) - 1;
    }

    public boolean contains(int axis) {
        return !isHost() && (mask >> axis & 1) != 0;
    }

    /// Whether every axis of `other` is one of these.
    public boolean containsAll(Axes other) {
        return other.isHost() || rank == other.rank && (other.mask & ~mask) == 0;
    }

    /// These axes less the given ones; negative numbers count from the innermost axis (−1).
    ///
    /// @throws IllegalArgumentException if an axis does not exist
    public Axes without(int... axes) {
        int kept = mask;
        for (int axis : axes) {
            int index = axis < 0 ? rank + axis : axis;
            if (index < 0 || index >= rank) {
                throw new IllegalArgumentException("axis " + axis + " does not exist in a tensor of rank " + rank);
            }
            kept &= ~(1 << index);
        }
        return new Axes(rank, kept);
    }

    /// The axes of the result of an element-wise operation on values over these and over `other` axes.
    ///
    /// @throws IllegalArgumentException if the two belong to tensors of different rank
    public Axes union(Axes other) {
        if (isHost()) {
            return other;
        }
        if (other.isHost()) {
            return this;
        }
        if (rank != other.rank) {
            throw new IllegalArgumentException("values over tensors of rank " + rank + " and " + other.rank
                    + " cannot be combined: an expression belongs to one parameter");
        }
        return new Axes(rank, mask | other.mask);
    }

    /// The axes in ascending order.
    public List<Integer> toList() {
        List<Integer> axes = new ArrayList<>();
        for (int axis = 0; axis < rank; axis++) {
            if (contains(axis)) {
                axes.add(axis);
            }
        }
        return axes;
    }

    @Override
    public String toString() {
        return isHost() ? "host" : "axes " + toList() + " of " + rank;
    }
}
