"""`python -m jisr`."""

from jisr.cli import run

run()
