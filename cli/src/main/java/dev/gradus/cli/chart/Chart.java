package dev.gradus.cli.chart;

import java.awt.image.BufferedImage;

/// Something that can be drawn.
public interface Chart {

    /// Pixels.
    int width();

    /// Pixels.
    int height();

    /// What is shown, in one sentence.
    String description();

    /// Draws onto a canvas of this chart's size.
    void draw(Canvas canvas);

    /// A picture for a file of its own.
    default String toSvg() {
        SvgCanvas canvas = new SvgCanvas("chart");
        draw(canvas);
        return canvas.picture(width(), height(), description(), true);
    }

    /// A picture for a web page, without a background of its own.
    ///
    /// @param id unique in the page
    default String toInlineSvg(String id) {
        SvgCanvas canvas = new SvgCanvas(id);
        draw(canvas);
        return canvas.picture(width(), height(), description(), false);
    }

    default BufferedImage toImage() {
        ImageCanvas canvas = new ImageCanvas(width(), height());
        draw(canvas);
        return canvas.finish();
    }
}
