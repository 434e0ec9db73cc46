"""Pictures as the text of SVG files, without a drawing library."""
