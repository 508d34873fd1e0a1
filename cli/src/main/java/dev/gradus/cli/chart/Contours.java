package dev.gradus.cli.chart;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Lines of equal value on a grid, by marching squares.
final class Contours {
    /// An edge between two neighbouring grid points, by the index of the first and whether the other lies to the
    /// right of it or below.
    private record Edge(int row, int column, boolean right) {}

    private final double[][] values;
    private final double level;
    private final Map<Edge, List<Edge>> neighbours = new HashMap<>();

    private Contours(double[][] values, double level) {
        this.values = values;
        this.level = level;
    }

    /// The lines at a level, in units of the grid: x is the column, y the row.
    static List<List<Point>> lines(double[][] values, double level) {
        Contours contours = new Contours(values, level);
        for (int row = 0; row + 1 < values.length; row++) {
            for (int column = 0; column + 1 < values[row].length; column++) {
                contours.cell(row, column);
            }
        }
        return contours.chains();
    }

    private void cell(int row, int column) {
        Edge top = new Edge(row, column, true);
        Edge bottom = new Edge(row + 1, column, true);
        Edge left = new Edge(row, column, false);
        Edge right = new Edge(row, column + 1, false);
        List<Edge> crossed = new ArrayList<>();
        for (Edge edge : List.of(top, right, bottom, left)) {
            if (isCrossed(edge)) {
                crossed.add(edge);
            }
        }
        if (crossed.size() == 2) {
            join(crossed.get(0), crossed.get(1));
        } else if (crossed.size() == 4) {
            // A saddle: the value in the middle decides which corners belong together.
            double middle = (values[row][column]
                            + values[row][column + 1]
                            + values[row + 1][column]
                            + values[row + 1][column + 1])
                    / 4;
            boolean cornerLikeMiddle = (values[row][column] > level) == (middle > level);
            join(top, cornerLikeMiddle ? right : left);
            join(bottom, cornerLikeMiddle ? left : right);
        }
    }

    private void join(Edge a, Edge b) {
        neighbours.computeIfAbsent(a, e -> new ArrayList<>()).add(b);
        neighbours.computeIfAbsent(b, e -> new ArrayList<>()).add(a);
    }

    private List<List<Point>> chains() {
        List<List<Point>> chains = new ArrayList<>();
        while (!neighbours.isEmpty()) {
            Edge start = neighbours.keySet().iterator().next();
            Deque<Point> chain = new ArrayDeque<>();
            chain.add(point(start));
            for (Edge edge = next(start); edge != null; edge = next(edge)) {
                chain.addLast(point(edge));
            }
            // A line that does not close runs on in the other direction from where it was picked up.
            for (Edge edge = next(start); edge != null; edge = next(edge)) {
                chain.addFirst(point(edge));
            }
            chains.add(List.copyOf(chain));
        }
        return chains;
    }

    /// Takes the way from an edge to the next one, if there is one left.
    private @Nullable Edge next(Edge edge) {
        List<Edge> left = neighbours.get(edge);
        if (left == null || left.isEmpty()) {
            neighbours.remove(edge);
            return null;
        }
        Edge next = left.removeLast();
        List<Edge> back = neighbours.get(next);
        if (back != null) {
            back.remove(edge);
            if (back.isEmpty()) {
                neighbours.remove(next);
            }
        }
        if (left.isEmpty()) {
            neighbours.remove(edge);
        }
        return next;
    }

    private boolean isCrossed(Edge edge) {
        return first(edge) > level != second(edge) > level;
    }

    private double first(Edge edge) {
        return values[edge.row()][edge.column()];
    }

    private double second(Edge edge) {
        return edge.right() ? values[edge.row()][edge.column() + 1] : values[edge.row() + 1][edge.column()];
    }

    private Point point(Edge edge) {
        double share = (level - first(edge)) / (second(edge) - first(edge));
        return edge.right()
                ? new Point(edge.column() + share, edge.row())
                : new Point(edge.column(), edge.row() + share);
    }
}
