"""Build the site in this folder: `python build.py` is `jisr build` for this repository."""

import sys
from pathlib import Path

from jisr.cli import main

if __name__ == "__main__":
    main(["build", "--site", str(Path(__file__).parent), *sys.argv[1:]], prog_name="build.py")
