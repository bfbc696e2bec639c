"""The preview: the site as it is being written, served to the editor who writes it."""
