"""Markdown → a tree of blocks with its segments → HTML in any language. The only importer of markdown.

A body is parsed once. Extraction and rendering stand on the same tree, between Python-Markdown's block
parser and its inline pass: there each block's text is still raw inline Markdown, so that what is
extracted and what is replaced can't disagree. A second grammar beside it did, on 2.5–3.7 % of messages.
"""
