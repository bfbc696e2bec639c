"""Reads the site's files: sources, their metadata, and Markdown into trees of blocks."""
