"""Jisr turns Arabic articles into a bilingual static site."""

__version__ = "0.1.0"
