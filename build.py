"""Build the site in this folder: `python build.py` is `jisr build` for this repository."""

import sys
from pathlib import Path

from jisr.cli import run

if __name__ == "__main__":
    run(["build", "--site", str(Path(__file__).parent), *sys.argv[1:]], "build.py")
