"""Joins documents with their catalogues into editions, one per language."""
