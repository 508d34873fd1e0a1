package dev.gradus.cli.chart;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;

/// Writes SVG that looks right by itself, and whose colours a page's style sheet can change: they are attributes,
/// which rules for the classes beside them override.
final class SvgCanvas implements Canvas {
    private final String id;
    private final StringBuilder body = new StringBuilder();
    private int clips;

    /// @param id begins the names of what is defined in the picture, which share one space with the page around it
    SvgCanvas(String id) {
        this.id = id;
    }

    @Override
    public void lines(List<List<Point>> lines, Stroke stroke) {
        String d = lines.stream().map(SvgCanvas::path).collect(Collectors.joining());
        if (d.isEmpty()) {
            return;
        }
        element(
                "<path d=\"%s\" fill=\"none\" stroke=\"%s\" class=\"stroke-%s\" stroke-width=\"%s\""
                        + " stroke-linejoin=\"round\" stroke-linecap=\"round\"%s%s/>",
                d,
                stroke.ink().hex(),
                stroke.ink().name(),
                number(stroke.width()),
                stroke.dash() > 0 ? " stroke-dasharray=\"" + number(stroke.dash()) + "\"" : "",
                stroke.opacity() < 1 ? " stroke-opacity=\"" + number(stroke.opacity()) + "\"" : "");
    }

    @Override
    public void polygon(List<Point> corners, Ink ink, double opacity) {
        element(
                "<path d=\"%sZ\" fill=\"%s\" class=\"fill-%s\" fill-opacity=\"%s\"/>",
                path(corners), ink.hex(), ink.name(), number(opacity));
    }

    @Override
    public void dot(Point centre, double radius, Ink ink) {
        element(
                "<circle cx=\"%s\" cy=\"%s\" r=\"%s\" fill=\"%s\" stroke=\"%s\" stroke-width=\"1.5\""
                        + " class=\"fill-%s stroke-%s\"/>",
                number(centre.x()),
                number(centre.y()),
                number(radius),
                ink.hex(),
                Ink.SURFACE.hex(),
                ink.name(),
                Ink.SURFACE.name());
    }

    @Override
    public void text(String text, Point place, Font font) {
        text(text, place, font, "");
    }

    @Override
    public void textUpwards(String text, Point place, Font font) {
        text(text, place, font, " transform=\"rotate(-90 %s %s)\"".formatted(number(place.x()), number(place.y())));
    }

    private void text(String text, Point place, Font font, String transform) {
        element(
                "<text x=\"%s\" y=\"%s\" font-size=\"%s\" text-anchor=\"%s\"%s fill=\"%s\" class=\"fill-%s\"%s>%s</text>",
                number(place.x()),
                number(place.y()),
                number(font.size()),
                font.anchor().name().toLowerCase(Locale.ROOT),
                font.bold() ? " font-weight=\"600\"" : "",
                font.ink().hex(),
                font.ink().name(),
                transform,
                escape(text));
    }

    @Override
    public void image(BufferedImage image, Area area) {
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "png", png);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        element(
                "<image x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" preserveAspectRatio=\"none\""
                        + " href=\"data:image/png;base64,%s\"/>",
                number(area.x()),
                number(area.y()),
                number(area.width()),
                number(area.height()),
                Base64.getEncoder().encodeToString(png.toByteArray()));
    }

    @Override
    public void group(String name, Area clip, Runnable part) {
        String clipId = id + "-clip" + clips++;
        element(
                "<clipPath id=\"%s\"><rect x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\"/></clipPath>",
                clipId, number(clip.x()), number(clip.y()), number(clip.width()), number(clip.height()));
        element("<g class=\"%s\" clip-path=\"url(#%s)\">", escape(name), clipId);
        part.run();
        body.append("</g>\n");
    }

    /// The picture.
    ///
    /// @param description what it shows, for those who cannot see it
    String picture(int width, int height, String description, boolean background) {
        return """
                <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" \
                aria-label="%s" font-family="system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', Arial, sans-serif">
                %s%s</svg>
                """.formatted(
                        width,
                        height,
                        width,
                        height,
                        escape(description),
                        background ? "<rect width=\"100%\" height=\"100%\" fill=\"" + Ink.SURFACE.hex() + "\"/>\n" : "",
                        body);
    }

    private void element(String format, Object... values) {
        body.append(String.format(Locale.ROOT, format, values)).append('\n');
    }

    private static String path(List<Point> points) {
        StringBuilder d = new StringBuilder();
        for (int i = 0; i < points.size(); i++) {
            d.append(i == 0 ? 'M' : i == 1 ? 'L' : ' ')
                    .append(number(points.get(i).x()))
                    .append(' ')
                    .append(number(points.get(i).y()));
        }
        return d.toString();
    }

    /// A hundredth of a pixel is as much as can be seen.
    private static String number(double value) {
        String text = String.format(Locale.ROOT, "%.2f", value);
        return text.contains(".") ? text.replaceFirst("\\.?0+$", "") : text;
    }

    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
