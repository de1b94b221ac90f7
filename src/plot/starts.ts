/** The first bytes of an SVG that was drawn here: by them another plot may replace the file. */
export const SVG_START = '<svg data-rewind="plot"';

/** The first bytes of a page that was made here. */
export const HTML_START = "<!doctype html><!-- rewind plot -->";
