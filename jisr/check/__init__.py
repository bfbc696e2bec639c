"""Looks at a built site and at its sources, and says what people and search engines would find wrong."""
