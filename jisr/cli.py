"""The command line: options, messages, exit codes. 0 done, 1 the site has errors, 2 misuse.

Each command imports what it needs when it runs: `jisr --version` loads no Markdown.
"""

import atexit
import datetime
import gc
import io
import json
import os
import sys
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from jisr import __version__
from jisr.errors import Problem, SiteError, no_site
from jisr.progress import unwatched

if TYPE_CHECKING:
    from jisr.serve.channel import News

_STARTER = Path(__file__).parent / "starter"
_NAMES = {"gitignore": ".gitignore"}
"""What starter files are called in a site; a .gitignore in the package would hide its neighbours."""


def run(arguments: Sequence[str] | None = None, name: str = "jisr") -> None:
    """What a shell calls: the command, and what nobody expects of the machine, on one line."""
    if sys.getfilesystemencoding() != "utf-8":
        sys.exit(f"{name}: the locale's letters aren't UTF-8; set LC_ALL=C.UTF-8, or PYTHONUTF8=1")
    if isinstance(sys.stdout, io.TextIOWrapper):  # its letters may be fewer
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        main(arguments, prog_name=name)
    except OSError as error:  # an output that is full, a folder that may not be entered
        place = error.filename2 or error.filename
        what = (
            f"{os.fsdecode(place)}:1:1: error: can't be used"
            if place
            else f"{name}: can't write what it says"
        )
        click.echo(f"{what} ({error.strerror}); give the permission, or make room", err=True)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # or what is left of it fails once more at the end
        sys.exit(1)


def _remembered(ctx: click.Context, _: click.Parameter, site: Path) -> Path:
    """The site's folder, kept for messages to name its files."""
    ctx.meta["jisr.site"] = site
    return site


_site = click.option(
    "-s", "--site", type=click.Path(path_type=Path, file_okay=False), default=Path(), metavar="FOLDER",
    callback=_remembered, help="The site's folder; the present one if not given.",
)  # fmt: skip
_quiet = click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors and warnings.")

_jobs = click.option(
    "--jobs",
    type=click.IntRange(1, 64),  # each takes 70 MB: a slip of the finger would take the machine
    metavar="N",
    help="Processes to use, 64 at most; as many as it pays if not given.",
)


class _Commands(click.Group):
    """Ends a command that the site's errors stopped: the messages, a count, exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except SiteError as error:
            root = Path(ctx.meta.get("jisr.site", "."))
            _print_problems(error.problems, root)
            errors = sum(problem.severity == "error" for problem in error.problems)
            warnings = len(error.problems) - errors
            click.echo(f"jisr: {_count(errors, 'error')}, {_count(warnings, 'warning')}", err=True)
            ctx.exit(1)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="jisr")
def main() -> None:
    """Jisr turns Arabic articles into a bilingual static site."""


@main.command()
@click.argument("folder", metavar="FOLDER", type=click.Path(file_okay=False))
def init(folder: str) -> None:
    """Make a new site in FOLDER: settings, a first page, folders for the rest."""
    if not folder:  # a variable that isn't set
        raise click.BadParameter("the folder has no name; for this one write .", param_hint="FOLDER")
    from shlex import quote

    site = Path(folder)
    files = [path for path in sorted(_STARTER.rglob("*")) if path.is_file()]
    targets = {
        path: site / path.relative_to(_STARTER).with_name(_NAMES.get(path.name, path.name)) for path in files
    }
    taken = [target for target in targets.values() if target.exists()]
    if taken:
        raise SiteError(
            *(
                Problem(str(path.absolute()), 1, 1, "the file exists", "choose an empty folder")
                for path in taken
            )
        )
    try:
        for path, target in targets.items():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
        (site / "content" / "articles").mkdir(exist_ok=True)
    except OSError as error:
        where = str(Path(error.filename or site).absolute())
        what = f"can't be written ({error.strerror})"
        raise SiteError(Problem(where, 1, 1, what, "choose an empty folder")) from None
    click.echo(f"jisr: a new site in {site}; next: cd {quote(folder)}, jisr new 'عنوان الخبر', jisr build")


@main.command()
@click.argument("title")
@click.option("--page", is_flag=True, help="A page beside the articles, such as about.md; it has no date.")
@_site
def new(title: str, page: bool, site: Path) -> None:
    """Begin an article called TITLE, dated today."""
    from zoneinfo import ZoneInfo

    from jisr.commands import read_settings, replace_file, told
    from jisr.read.sources import inside
    from jisr.translate.messages import RESERVED
    from jisr.urls import slug
    from jisr.yamlfile import quoted, wrong_control

    if not (site / "site.yaml").is_file():
        raise no_site()
    title = " ".join(title.split())
    if wrong_control(title):
        raise click.BadParameter("a title has no control characters", param_hint="TITLE")
    name = slug(title)
    if not name:
        raise click.BadParameter("a title needs a letter or a digit", param_hint="TITLE")
    path = Path("content", *([] if page else ["articles"]), f"{name}.md")
    if page and name in RESERVED:
        raise SiteError(
            Problem(path.as_posix(), 1, 1, "the name belongs to a catalogue", "choose another title")
        )
    if os.path.exists(site / path):  # noqa: PTH110  # and not an error where a folder may not be entered
        raise SiteError(Problem(path.as_posix(), 1, 1, "the file exists", "choose another title, or edit it"))
    day = ""
    if not page:
        problems: list[Problem] = []
        settings = read_settings(site, None, problems.append)
        if settings is None:
            raise SiteError(*problems)
        day = f"date: {datetime.datetime.now(ZoneInfo(settings.timezone)).date().isoformat()}\n"
    if not inside(site, site / path):
        what = "a symbolic link leads out of the site"
        raise SiteError(Problem(path.as_posix(), 1, 1, what, "put the folder itself there"))
    text = f"---\ntitle: {quoted(title)}\n{day}---\n\n"
    with told(site / path):
        replace_file(site / path, text.encode())
    click.echo(os.path.relpath(site / path))


@main.command()
@_site
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Where to write the site; public/ in the site's folder if not given.",
)
@click.option("--base-url", metavar="URL", help="The address the site will stand at, instead of site.yaml's.")
@click.option("--drafts", is_flag=True, help="Build drafts too, and what isn't out at present.")
@click.option("--strict", is_flag=True, help="Take warnings for errors.")
@_jobs
@click.option("--verify", is_flag=True, help="Read and compare every file instead of trusting its times.")
@click.option("--explain", is_flag=True, help="Say of each file why it was rebuilt or kept; PATH narrows it.")
@click.argument("path", required=False)
@_quiet
def build(
    site: Path,
    output: Path | None,
    base_url: str | None,
    drafts: bool,
    strict: bool,
    jobs: int | None,
    verify: bool,
    explain: bool,
    path: str | None,
    quiet: bool,
) -> None:
    """Build the site into a folder ready for any static host.

    Only what has changed since the last build is made anew. PATH goes with --explain: a file of the
    output folder, or the beginning of one.
    """
    # No search for circles, not even a last one: with 10,000 articles each takes 35 ms, for hardly any.
    gc.disable()
    atexit.register(gc.freeze)
    from jisr.build import Options
    from jisr.build import build as run

    if path is not None and not explain:
        raise click.UsageError("PATH goes with --explain")
    target = output or site / "public"
    options = Options(base_url, drafts, strict, jobs, verify, explain, _now())
    built = run(site, target, options, unwatched if quiet else _progress)
    _print_problems(built.warnings, site)
    folder = os.path.relpath(target)
    wanted = (path or "").removeprefix(f"{folder}/").lstrip("/")
    explained = [f"{name}: {reason}" for name, reason in built.reasons if name.startswith(wanted)]
    for line in explained:
        click.echo(line)
    if explain and not explained:
        click.echo(f"jisr: no file of {folder} has a path that begins with {wanted}", err=True)
    if built.kept and not quiet:
        shown = ", ".join(map(_printable, built.kept[:5])) + (" …" if len(built.kept) > 5 else "")
        click.echo(f"jisr: left alone in {target}: {shown} (not written by Jisr)", err=True)
    if not quiet:
        pages, files = _count(built.pages, "page"), _count(built.files, "file")
        warnings = f", {_count(len(built.warnings), 'warning')}" if built.warnings else ""
        removed = f", {len(built.removed):,} removed" if built.removed else ""
        where = f"in {folder}, {len(built.written):,} written{removed}"
        click.echo(f"jisr: {pages} and {files} {where} in {built.seconds:.2f} s{warnings}")
        if built.next:
            name, when = built.next
            waiting = f"{_count(built.scheduled, 'document')} still to appear or to expire"
            click.echo(f"jisr: {waiting}, the next on {when}: {name}; build again then")


@main.command()
@_site
@click.option(
    "-p",
    "--port",
    type=click.IntRange(1, 65535),
    default=8000,
    metavar="N",
    help="The port, 8000 if not given; if it is taken, the next free one.",
)
@click.option(
    "--host",
    default="127.0.0.1",
    metavar="ADDRESS",
    help="Where to listen: 0.0.0.0 for the whole network; for this machine alone if not given.",
)
@click.option(
    "--allow-edits", is_flag=True, help="With --host: let those edit who have the address with the token."
)
@click.option("--open", "open_", is_flag=True, help="Open the browser.")
def serve(site: Path, port: int, host: str, allow_edits: bool, open_: bool) -> None:
    """Show the site as it is being written, drafts included, and keep the open page up to date."""
    from jisr.serve.run import Wishes
    from jisr.serve.run import serve as run

    if not (site / "site.yaml").is_file():
        raise no_site()

    before: tuple[Problem, ...] = ()

    def show(news: "News") -> None:
        nonlocal before
        if news.problems != before:
            _print_problems(news.problems, site)
            if news.counted["errors"]:
                click.echo("jisr: the pages are as they were before these errors", err=True)
        before = news.problems
        if not news.counted["errors"] and news.changed:
            click.echo(
                f"jisr: {_count(len(news.changed), 'file')} written or removed in {news.seconds:.2f} s"
            )

    run(site.resolve(), Wishes(host, port, open_, allow_edits), click.echo, show, _progress)


@main.command()
@_site
@_quiet
def sync(site: Path, quiet: bool) -> None:
    """Bring the translation catalogues up to date with the documents."""
    from jisr import commands

    synced, warnings = commands.synchronise(site, unwatched if quiet else partial(_progress, label="reading"))
    _print_problems(warnings, site)
    if quiet:
        return
    for one in synced:
        if one.changed:
            left = f"{one.missing} missing, {one.outdated} outdated, {one.obsolete} obsolete"
            click.echo(f"{one.path}: written; {left}")
    click.echo(f"jisr: {_count(sum(one.changed for one in synced), 'catalogue')} written of {len(synced)}")


@main.command()
@_site
@click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")
@click.option(
    "--fail-under", type=click.IntRange(0, 100), metavar="PERCENT", help="Exit 1 if less is translated."
)
@click.pass_context
def status(ctx: click.Context, site: Path, as_json: bool, fail_under: int | None) -> None:
    """Show how far the translations are."""
    from jisr import commands
    from jisr.translate.status import documents_of, total

    rows, warnings = commands.statuses(site, partial(_progress, label="reading"))
    _print_problems(warnings, site)
    overall = total(rows)
    if as_json:
        fields = ("total", "translated", "outdated", "missing", "percent")
        catalogues = [
            {"path": row.path, "language": row.language, "words_left": row.words}
            | {name: getattr(row.progress, name) for name in fields}
            for row in rows
        ]
        summary = {name: getattr(overall, name) for name in fields}
        click.echo(json.dumps({"catalogues": catalogues, "total": summary}, ensure_ascii=False, indent=2))
    else:
        cells = [(row.path, row.progress, row.words) for row in rows]
        cells.append(("all", overall, sum(row.words for row in documents_of(rows))))
        head = ("catalogue", "blocks", "translated", "outdated", "missing", "words left", "%")
        _table(
            head,
            [
                (path, p.total, p.translated, p.outdated, p.missing, left, p.percent)
                for path, p, left in cells
            ],
        )
    if fail_under is not None and overall.percent < fail_under:
        click.echo(f"jisr: {overall.percent}% is translated, less than {fail_under}%", err=True)
        ctx.exit(1)


@main.command()
@_site
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Where the built site is; public/ in the site's folder if not given.",
)
@click.option("--strict", is_flag=True, help="Take warnings for errors.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "github"]),
    default="text",
    help="Lines for people, JSON for programs, or annotations of a workflow on GitHub.",
)
@_jobs
@_quiet
@click.pass_context
def check(
    ctx: click.Context,
    site: Path,
    output: Path | None,
    strict: bool,
    form: str,
    jobs: int | None,
    quiet: bool,
) -> None:
    """Look for what readers, search engines and editors would find wrong.

    The site is built first as it was last built, if anything has changed; then the built pages are looked
    at, and the texts and translations themselves.
    """
    from jisr.check import report
    from jisr.check.findings import named_from
    from jisr.check.run import check as run

    target = output or site / "public"
    checked = run(site, target, jobs, unwatched if quiet else partial(_progress, label="checking"))
    findings = named_from(Path(), site, checked.findings)
    if form == "json":
        click.echo(report.as_json(findings, checked.weights, checked.notes))
    else:
        for line in report.as_github(findings) if form == "github" else report.as_text(findings):
            click.echo(line)
    if not quiet:
        for note in checked.notes:
            click.echo(f"jisr: {note}", err=True)
    errors = sum(one.problem.severity == "error" for one in findings)
    if form == "text" and not quiet:
        for line in report.weight_lines(checked.weights):
            click.echo(line)
        seen = f"{_count(checked.pages, 'page')} and {_count(checked.documents, 'document')}"
        warnings = _count(len(findings) - errors, "warning")
        click.echo(f"jisr: {seen} checked: {_count(errors, 'error')}, {warnings}")
    if errors or (strict and findings):
        ctx.exit(1)


def _table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    lines = [[str(cell) for cell in row] for row in (head, *rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for first, *rest in lines:
        numbers = (cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True))
        click.echo("  ".join([first.ljust(widths[0]), *numbers]))


def _progress(results: Iterable[Any], number: int, each: int, label: str = "building") -> Iterable[Any]:
    """A progress bar on a terminal where there is enough to wait for."""
    if number < 6 * each or not sys.stderr.isatty():
        return results

    def shown() -> Iterable[Any]:
        with click.progressbar(length=number, label=label, file=sys.stderr) as bar:
            for result in results:
                bar.update(min(each, number))
                yield result

    return shown()


def _now() -> float | None:
    """The moment that `SOURCE_DATE_EPOCH` names, if it is set (reproducible-builds.org)."""
    text = os.environ.get("SOURCE_DATE_EPOCH")
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 12):
        raise click.UsageError(
            "SOURCE_DATE_EPOCH must be a whole number of up to 11 digits: seconds since 1970"
        )
    return float(text)


def _print_problems(problems: Iterable[Problem], root: Path) -> None:
    for problem in problems:
        path = os.path.relpath(root / problem.path)
        text = str(problem).replace(problem.path, path, 1)
        click.echo(text, err=True)


def _printable(name: str) -> str:
    """A file's name on one line, whatever it has."""
    text = os.fsencode(name).decode(errors="backslashreplace")
    return "".join(ascii(one)[1:-1] if one < " " or one == "\x7f" else one for one in text)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
