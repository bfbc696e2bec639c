"""`python -m jisr`."""

from jisr.cli import main

main(prog_name="jisr")
