package dev.gradus.cli.chart;

import java.awt.AlphaComposite;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Composite;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.util.List;

/// Draws into an image, with two of its pixels for one of the chart's so that text is sharp on today's screens.
final class ImageCanvas implements Canvas {
    private static final int DENSITY = 2;

    private final BufferedImage image;
    private final Graphics2D graphics;

    ImageCanvas(int width, int height) {
        image = new BufferedImage(DENSITY * width, DENSITY * height, BufferedImage.TYPE_INT_RGB);
        graphics = image.createGraphics();
        graphics.setColor(Color.decode(Ink.SURFACE.hex()));
        graphics.fillRect(0, 0, image.getWidth(), image.getHeight());
        graphics.scale(DENSITY, DENSITY);
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        graphics.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
        graphics.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
    }

    /// What has been drawn; nothing more can be.
    BufferedImage finish() {
        graphics.dispose();
        return image;
    }

    @Override
    public void lines(List<List<Point>> lines, Stroke stroke) {
        float[] dash = stroke.dash() > 0 ? new float[] {(float) stroke.dash()} : null;
        graphics.setStroke(
                new BasicStroke((float) stroke.width(), BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND, 10f, dash, 0f));
        paint(
                stroke.ink(),
                stroke.opacity(),
                () -> lines.stream().filter(line -> !line.isEmpty()).forEach(line -> graphics.draw(path(line))));
    }

    @Override
    public void polygon(List<Point> corners, Ink ink, double opacity) {
        Path2D path = path(corners);
        path.closePath();
        paint(ink, opacity, () -> graphics.fill(path));
    }

    @Override
    public void dot(Point centre, double radius, Ink ink) {
        Shape disc = new Ellipse2D.Double(centre.x() - radius, centre.y() - radius, 2 * radius, 2 * radius);
        paint(ink, 1, () -> graphics.fill(disc));
        graphics.setStroke(new BasicStroke(1.5f));
        paint(Ink.SURFACE, 1, () -> graphics.draw(disc));
    }

    @Override
    public void text(String text, Point place, Font font) {
        graphics.setFont(
                new java.awt.Font(java.awt.Font.SANS_SERIF, font.bold() ? java.awt.Font.BOLD : java.awt.Font.PLAIN, 1)
                        .deriveFont((float) font.size()));
        double width = graphics.getFontMetrics().stringWidth(text);
        double shift = switch (font.anchor()) {
            case START -> 0;
            case MIDDLE -> -width / 2;
            case END -> -width;
        };
        paint(font.ink(), 1, () -> graphics.drawString(text, (float) (place.x() + shift), (float) place.y()));
    }

    @Override
    public void textUpwards(String text, Point place, Font font) {
        AffineTransform before = graphics.getTransform();
        graphics.rotate(-Math.PI / 2, place.x(), place.y());
        text(text, place, font);
        graphics.setTransform(before);
    }

    @Override
    public void image(BufferedImage picture, Area area) {
        AffineTransform stretch = AffineTransform.getTranslateInstance(area.x(), area.y());
        stretch.scale(area.width() / picture.getWidth(), area.height() / picture.getHeight());
        graphics.drawImage(picture, stretch, null);
    }

    @Override
    public void group(String name, Area clip, Runnable part) {
        Shape before = graphics.getClip();
        graphics.clip(new Rectangle2D.Double(clip.x(), clip.y(), clip.width(), clip.height()));
        part.run();
        graphics.setClip(before);
    }

    private void paint(Ink ink, double opacity, Runnable drawing) {
        Composite before = graphics.getComposite();
        graphics.setComposite(AlphaComposite.getInstance(AlphaComposite.SRC_OVER, (float) opacity));
        graphics.setColor(Color.decode(ink.hex()));
        drawing.run();
        graphics.setComposite(before);
    }

    private static Path2D path(List<Point> points) {
        Path2D path = new Path2D.Double();
        for (int i = 0; i < points.size(); i++) {
            if (i == 0) {
                path.moveTo(points.get(i).x(), points.get(i).y());
            } else {
                path.lineTo(points.get(i).x(), points.get(i).y());
            }
        }
        return path;
    }
}
