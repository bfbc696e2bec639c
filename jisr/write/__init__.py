"""Renders outputs through the templates and puts them on the disk."""
