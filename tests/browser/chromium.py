"""Where the browser is that the tests drive, and what it needs to start."""

import fcntl
import os
import platform
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
# Below node_modules, so that another version of the package never meets what this one unpacked.
UNPACKED = ROOT / "node_modules" / ".cache" / "chromium"

FONTS = f"""<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{UNPACKED}/fonts</dir><cachedir>{UNPACKED}/fontconfig</cachedir></fontconfig>
"""

ARGUMENTS = (
    "--no-sandbox",  # the tests may run as root; the pages are our own
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass(frozen=True, slots=True)
class Chromium:
    """An executable, and what its environment needs besides this process's own."""

    executable: str
    environment: dict[str, str] = field(default_factory=dict)


def find() -> Chromium:
    """The browser named by JISR_CHROMIUM, else the one in npm's package, else one that the machine has.

    That of the package is pinned, has no windows, and takes two thirds of the time; it runs on Linux on x86-64.
    """
    if chosen := os.environ.get("JISR_CHROMIUM"):
        if not os.access(chosen, os.X_OK):
            raise FileNotFoundError(f"JISR_CHROMIUM names {chosen}, which can't be run")
        return Chromium(chosen)
    if (sys.platform, platform.machine()) == ("linux", "x86_64"):
        return _unpacked()
    for executable in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")):
        if executable:
            return Chromium(executable)
    raise FileNotFoundError("there is no Chromium on this machine; install one, or name it in JISR_CHROMIUM")


def _unpacked() -> Chromium:
    UNPACKED.mkdir(parents=True, exist_ok=True)
    with (UNPACKED / "lock").open("w") as lock:  # tests run in several processes
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _unpack()


def _unpack() -> Chromium:
    script = 'import chromium from "@sparticuz/chromium"; console.log(await chromium.executablePath());'
    node = subprocess.run(
        ["node", "--input-type=module", "--eval", script],
        cwd=ROOT,
        # Its libraries, NSS among them, are unpacked only on the service that it was made for.
        env={**os.environ, "TMPDIR": str(UNPACKED), "AWS_LAMBDA_JS_RUNTIME": "nodejs22.x"},
        capture_output=True,
        text=True,
        check=False,
    )
    if node.returncode:
        raise FileNotFoundError(f"no Chromium in node_modules (npm ci):\n{node.stderr}")
    fonts = UNPACKED / "fonts.conf"
    fonts.write_text(FONTS, encoding="utf-8")
    environment = {"LD_LIBRARY_PATH": str(UNPACKED / "al2023" / "lib"), "FONTCONFIG_FILE": str(fonts)}
    return Chromium(node.stdout.strip(), environment)
