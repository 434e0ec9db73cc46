"""What commands print: tables, progress, lines, files, and the terminal below them."""
