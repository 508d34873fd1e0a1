package dev.gradus.cli.chart;

import java.awt.image.BufferedImage;
import java.util.List;

/// What a chart is drawn on. Places are pixels from the upper left corner.
interface Canvas {

    /// Where a text stands relative to its place.
    enum Anchor {
        START,
        MIDDLE,
        END
    }

    /// How a text looks.
    ///
    /// @param size in pixels
    record Font(Ink ink, double size, boolean bold, Anchor anchor) {}

    /// A part of the plane.
    record Area(double x, double y, double width, double height) {
        double right() {
            return x + width;
        }

        double bottom() {
            return y + height;
        }
    }

    /// Lines, each through its points.
    void lines(List<List<Point>> lines, Stroke stroke);

    /// A filled polygon.
    void polygon(List<Point> corners, Ink ink, double opacity);

    /// A disc with a rim in the colour of the background.
    void dot(Point centre, double radius, Ink ink);

    void text(String text, Point place, Font font);

    /// A text that is turned to the left and centred.
    void textUpwards(String text, Point place, Font font);

    /// An image, stretched over an area.
    void image(BufferedImage image, Area area);

    /// Draws a part that a page can address by its class, limited to an area.
    void group(String name, Area clip, Runnable part);
}
