"""Where the theme that comes with Jisr is."""

from pathlib import Path


def theme_root() -> Path:
    """The folder with the theme's `templates/`, `static/` and `translations/`.

    In an installed Jisr it lies in the package; in a clone it is the clone itself, whose example site
    is where the theme's files live (pyproject.toml puts them into the wheel).
    """
    package = Path(__file__).parent
    shipped = package / "theme"
    return shipped if shipped.is_dir() else package.parent
