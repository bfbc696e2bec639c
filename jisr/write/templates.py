"""Outputs → HTML through the theme. The only importer of jinja2 but for syntax.py.

The environment is strict: an unknown name is an error at its line in the template, not a hole.
"""

import gettext
import os
import re
import sys
import traceback
from collections.abc import Callable, Iterable, Mapping, MutableMapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from functools import cache, cached_property, lru_cache, partial
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from jinja2 import (
    Environment,
    FileSystemLoader,
    StrictUndefined,
    Template,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
    UndefinedError,
    ext,
    nodes,
    pass_context,
)
from jinja2.bccache import Bucket, FileSystemBytecodeCache
from jinja2.compiler import CodeGenerator, Frame
from jinja2.environment import TemplateModule
from jinja2.runtime import Context, Macro
from jinja2.utils import missing
from markupsafe import Markup, escape
from msgspec import Struct
from msgspec.structs import replace

from jisr import languages
from jisr.bidi import LTR_RUN, isolated, runs_as_html
from jisr.errors import Problem, Report
from jisr.fingerprint import hashed, versions
from jisr.model import Language, Page, Phrase, Segment
from jisr.read.sources import inside
from jisr.urls import absolute, url
from jisr.write import syntax

if TYPE_CHECKING:  # loaded where there are cards to make
    from jisr.lettering import Lettered, Lettering

FOLDER = "templates"
FONTS = "fonts"
OF_THEME = "theme/"
"""Before the name of a template of the theme's, also where the site has one of that name."""

KEPT = 4096
"""Pieces of pages that are kept to be used again."""

_ROOT = re.compile(r"[^/\\]+\.(?:html|xml|svg|txt|json)")


class Templates:
    """The theme's templates with the site's own before them."""

    def __init__(
        self,
        site_root: Path,
        theme_root: Path,
        *,
        base_path: str,
        base_url: str,
        assets: Mapping[str, tuple[str, str]],
        words: Mapping[str, gettext.NullTranslations],
    ) -> None:
        self.site_root, self.translations = site_root, words
        self.folders = list(dict.fromkeys([site_root / FOLDER, theme_root / FOLDER]))
        self.loader = _Inside(self.folders)
        self.seen: dict[str, syntax.Seen | None] = {}
        self.environment = _Environment(
            loader=self.loader,
            autoescape=True,
            undefined=_Undefined,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.i18n"],
            auto_reload=False,
            cache_size=-1,
            bytecode_cache=_compiled(),
        )

        def loaded(path: str) -> tuple[str, str]:
            if path not in assets:
                raise TemplateError(f"there is no file {path} in static/")
            return assets[path]

        @cache  # several of them stand on every page
        def asset(path: str) -> str:
            return url(loaded(path)[0], base_path)

        def integrity(path: str) -> Markup:
            digest = loaded(path)[1]
            return Markup(f' integrity="{digest}"') if digest else Markup("")

        def spoken(language_code: str) -> gettext.NullTranslations:
            return words[language_code]

        # Jinja takes what gettext answers for markup. Words are text: a catalogue can't inject anything.
        @pass_context
        def say(context: Context, message: str) -> str:
            return escape(spoken(context["site"].language.code).gettext(message))

        @pass_context
        def say_number(context: Context, one: str, many: str, number: int) -> str:
            return escape(spoken(context["site"].language.code).ngettext(one, many, number))

        self.environment.install_gettext_callables(say, say_number, newstyle=True)  # type: ignore[attr-defined]
        self.environment.filters |= {
            "date": _localised("date", date, languages.format_date),
            "hijri": _localised("date", date, languages.format_hijri),
            "number": _localised("number", (int, float), languages.format_number),
            "percent": _localised("number", (int, float), languages.format_percent),
            "isodate": _isodate,
            "timestamp": partial(datetime.isoformat, timespec="seconds"),
            "isolate": _isolate,
            "runs": _runs,
        }
        once = _Once()

        @pass_context
        def lettered(
            context: Context,
            text: Phrase | str,
            width: int,
            sizes: Sequence[int],
            lines: int = 1,
            *,
            bold: bool = False,
        ) -> "Lettered":
            phrase = Phrase(text, context["site"].language, "source") if isinstance(text, str) else text
            found = self.lettering.lettered(phrase, width, sizes, lines, bold=bold)
            return replace(found, lines=tuple(map(Markup, found.lines)))

        self.environment.globals |= {
            "once": once,
            "lettered": lettered,
            "absolute": lambda link: absolute(link, base_url),
            "asset": asset,
            "exists": lambda path: path in assets,
            "integrity": integrity,
            "url": lambda path: url(path.lstrip("/"), base_path),
            "language_name": _localised("language", Language, languages.language_name),
        }

    @cached_property
    def lettering(self) -> "Lettering":
        """Text in pictures, in the fonts that stand with the templates."""
        from jisr.lettering import Lettering

        return Lettering([folder / FONTS for folder in self.folders])

    def render(self, page: Page, context: Mapping[str, Any]) -> str:
        """The page. Raises `TemplateFailedError` at the template's own line."""
        try:
            return self.environment.get_template(page.template).render(_marked_safe(context))
        except Exception as error:  # a template can raise whatever its expressions raise
            raise TemplateFailedError(self._explain(error, page.template, page.blame)) from None

    def each(self, page: Page, macro: str, context: Mapping[str, Any]) -> list[str]:
        """What a macro of the page's template makes of each of the `entries`.

        Raises `TemplateFailedError`.
        """
        try:
            safe = _marked_safe(context)
            module = self.environment.get_template(page.template).make_module(safe)
            return [str(getattr(module, macro)(entry)) for entry in safe["entries"]]
        except Exception as error:
            raise TemplateFailedError(self._explain(error, page.template, page.blame)) from None

    def check(self, report: Report) -> None:
        """Report templates of the site's own that don't compile, or lie outside the site behind a link."""
        for name in self.names():
            if (self.folders[0] / name).is_file():
                try:
                    self.environment.get_template(name)
                except Exception as error:
                    report(self._explain(error, name, name))
                    continue
                seen = self._see(name)
                if seen and seen.extends and seen.macros and not seen.blocks:
                    what = "a file of macros can't extend another: those of the other would be taken"
                    hint = "copy the other one here, and change the copy"
                    report(Problem(self._shown(name), seen.extends.lineno, 1, what, hint))

    def check_macros(self, used: Iterable[str], report: Report) -> None:
        """Report macros that the templates of pages need, and that aren't there."""
        for need in set(syntax.missing_macros(used, self._see)):
            report(self._lacking(*need))

    def loads(self, name: str) -> list[str]:
        """What pages of a template may name by `asset`, with all that it extends or includes.

        Names of files, and beginnings of names with `*`; `*` alone where it can't be told.
        """
        reached: list[str | None] = [name]
        named: set[str] = set()
        for one in reached:  # grows as it goes
            if one and not self._file(one):
                continue  # an include that may be missing
            seen = self._see(one) if one else None
            if seen is None:
                return ["*"]
            named |= seen.assets
            reached += [used for used in seen.uses if used not in reached]
        return sorted(named)

    def _see(self, name: str) -> syntax.Seen | None:
        """What stands in a template; None where there is none, or it doesn't compile: `check` tells that."""
        if name not in self.seen:
            try:
                self.seen[name] = syntax.look(self.loader.tree(self.environment, name))
            except Exception:
                self.seen[name] = None
        return self.seen[name]

    def names(self) -> list[str]:
        """The templates there are, the site's own and the theme's."""
        return [
            name for name in self.environment.list_templates() if _ROOT.fullmatch(name.rpartition("/")[2])
        ]

    def words(self, report: Report) -> list[tuple[Segment, str | None, str]]:
        """The words of the templates: message, its plural, and the template it stands in."""
        found = []
        options = {"trimmed": "false", "trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}
        for name in self.names():
            path = self._file(name)
            if not path:
                continue
            try:
                with path.open("rb") as file:
                    extracted = list(ext.babel_extract(file, ("_", "gettext", "ngettext"), [], options))
            except Exception as error:  # bytes that are no text, expressions without end
                report(self._explain(error, name, name))
                continue
            for line, _function, message, _comments in extracted:
                one, many = message[:2] if isinstance(message, tuple) else (message, None)
                if one:
                    found.append((Segment("interface", one, line), many, name))
        return found

    def _file(self, name: str) -> Path | None:
        files = [folder / name for folder in self.folders]
        files += [self.folders[-1] / name.removeprefix(OF_THEME)] * name.startswith(OF_THEME)
        return next((file for file in files if file.is_file()), None)

    def _shown(self, name: str) -> str:
        """A template's path as the reader finds it: in the site, or the theme's."""
        theme = OF_THEME * name.startswith(OF_THEME)
        return f"{theme}{FOLDER}/{name.removeprefix(theme)}"

    def _explain(self, error: Exception, template: str, blame: str) -> Problem:
        if isinstance(error, TemplateSyntaxError):
            what = f"the template doesn't compile ({error.message})"
            return Problem(self._shown(error.name or template), error.lineno, 1, what, "mend this line")
        name, line = self._where(error, template)
        if isinstance(error, TemplateNotFound):
            what = f"there is no template {error.name}"
            if name == template == error.name:
                hint = f"add {FOLDER}/{template}, or name another"
                if template.startswith((f"{FOLDER}/", ".")):
                    hint = f"name it by its path in {FOLDER}/, such as {Path(template).name}"
                return Problem(blame, 1, 1, what, hint)
            return Problem(self._shown(name), line, 1, what, "mend the name, or add the file")
        if isinstance(error, UnicodeDecodeError):
            return Problem(self._shown(name), line, 1, "the template is not UTF-8", "save it as UTF-8")
        if isinstance(error, RecursionError):
            what = "the templates include each other, or an expression nests, without end"
            theirs = f"; the theme's own is {OF_THEME}{name}" * (self.folders[-1] / name).is_file()
            return Problem(self._shown(name), line, 1, what, f"break the circle{theirs}")
        if isinstance(error, _MissingMacroError):
            return replace(self._lacking(name, line, error.template, error.macro), at=blame)
        said = str(error) or type(error).__name__
        hint = "see docs/templates.md for what there is"
        inmost = {frame.filename for frame in traceback.extract_tb(error.__traceback__)[-4:]}
        if ext.__file__ in inmost and isinstance(error, TypeError | ValueError | KeyError):
            said = f"the words can't be filled in ({said})"
            hint = "give each %(name)s its value, as in _('…', name=…), and write %% for a percent sign"
        return Problem(self._shown(name), line, 1, said, hint, at=blame)

    def _lacking(self, needs: str, line: int, template: str, macro: str) -> Problem:
        """What to say of a macro that isn't there, in the place of the theme's template or anywhere."""
        theme = self.folders[-1] / template
        if self._file(template) != theme and theme.is_file():
            what = f"there is no macro `{macro}`, which {self._shown(needs)} needs in line {line}"
            hint = f"take it over from the theme's {template}, or take this file away"
            return Problem(self._shown(template), 1, 1, what, hint)
        what = f"there is no macro `{macro}` in {self._shown(template)}"
        return Problem(self._shown(needs), line, 1, what, "mend the name, or add the macro")

    def _where(self, error: Exception, template: str) -> tuple[str, int]:
        """The template line that asked for what isn't there, or else the innermost that the error passed.

        Jinja puts lines of templates into tracebacks.
        """
        passed = traceback.extract_tb(error.__traceback__)
        places = [(one.filename, one.lineno, one.name == "top-level template code") for one in passed]
        if isinstance(error, _MissingError) and error.asked:
            asked, at = error.asked
            places.append((asked.filename or "", asked.get_corresponding_lineno(at), False))
        # The site's own line is the one to mend, if it was a macro of the theme's that failed, and not if the
        # theme's was only extended.
        for folders in (self.folders[:1], self.folders):
            for file, line, whole in reversed(places):
                folder = next((one for one in folders if file.startswith(f"{one}{os.sep}")), None)
                if not folder:
                    continue
                name = Path(file).relative_to(folder).as_posix()
                if whole and folders != self.folders and (seen := self._see(name)) and seen.extends:
                    continue
                hidden = self._file(name) != Path(file)  # behind the site's own of that name
                return f"{OF_THEME * hidden}{name}", line or 1
        return template, 1


class _CodeGenerator(CodeGenerator):
    """Escapes what templates show by `_Environment.escaped`."""

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if frame.eval_ctx.autoescape and not frame.eval_ctx.volatile:
            self.write("environment.escaped(")
        else:
            super()._output_child_pre(node, frame, finalize)


class _Environment(Environment):
    """Jinja's environment. Most of the texts on a page stand on others too: they are escaped once."""

    code_generator_class = _CodeGenerator

    @staticmethod
    def escaped(value: Any) -> str:
        """A value as HTML: as `markupsafe.escape`, of which each page takes some fifty."""
        if type(value) is str:
            return _escaped(value)
        if type(value) is Markup:
            return value
        if value is None:
            raise TypeError(_NOTHING)
        if isinstance(value, Struct):
            kind = type(value).__name__
            what = (
                "write it with the macro `phrase` or its `text`" if kind == "Phrase" else "write its fields"
            )
            raise TypeError(f"a {kind} can't be shown as it is: {what}")
        return escape(value)


_NOTHING = "there is no value here: ask for it before, as in {% if edition.updated %}"

_escaped = lru_cache(KEPT)(escape)


class _Compiled(FileSystemBytecodeCache):
    """Templates that were compiled by an earlier run (docs/decisions/0033-compiled-templates.md).

    What is damaged is made anew, and a disk that refuses costs time, no more.
    """

    def get_source_checksum(self, source: str) -> str:
        return hashed(f"{versions()} {source}".encode())

    def load_bytecode(self, bucket: Bucket) -> None:
        try:
            super().load_bytecode(bucket)
        except Exception:
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):
            super().dump_bytecode(bucket)


def _compiled() -> _Compiled | None:
    """What is kept of compiled templates; None where the user has no folder that others can't write to."""
    place = Path(os.environ.get("XDG_CACHE_HOME", ""))
    try:
        folder = (place if place.is_absolute() else Path.home() / ".cache") / "jisr"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        stat = folder.stat()
    except (OSError, RuntimeError):
        return None
    own = stat.st_uid == os.getuid() and not stat.st_mode & 0o022
    return _Compiled(str(folder), "%s.template") if own else None


class Loads(dict[str, list[str]]):
    """What pages of each template load, found out where it isn't known of an earlier build."""

    def __init__(self, templates: Templates, known: Mapping[str, list[str]]) -> None:
        super().__init__(known)
        self.templates = templates

    def __missing__(self, name: str) -> list[str]:
        self[name] = found = self.templates.loads(name)
        return found


class _Inside(FileSystemLoader):
    """Loads no template from behind a link that leads out of the site or the theme, and reads each once."""

    def __init__(self, folders: Sequence[Path]) -> None:
        super().__init__(folders)
        self.sources: dict[str, tuple[str, str]] = {}
        self.trees: dict[str, nodes.Template] = {}

    def source(self, environment: Environment, name: str) -> tuple[str, str]:
        """The text of a template, and its file."""
        if name not in self.sources:
            source, path, _ = self.get_source(environment, name)
            self.sources[name] = source, path
        return self.sources[name]

    def tree(self, environment: Environment, name: str) -> nodes.Template:
        """The syntax tree of a template."""
        if name not in self.trees:
            source, path = self.source(environment, name)
            self.trees[name] = environment.parse(source, name, path)
        return self.trees[name]

    def load(
        self,
        environment: Environment,
        name: str,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002
    ) -> Template:
        """The template, ready to be rendered."""
        source, path = self.source(environment, name)
        cache = environment.bytecode_cache
        bucket = cache.get_bucket(environment, name, path, source) if cache else None
        code = bucket.code if bucket else None
        if code is None:
            code = environment.compile(self.tree(environment, name), name, path)
            if cache and bucket:
                bucket.code = code
                cache.set_bucket(bucket)
        # As a plain dict: each page copies it, and Jinja's own, a ChainMap, is slow to be copied.
        return environment.template_class.from_code(environment, code, dict(globals or {}))

    def get_source(self, environment: Environment, template: str) -> Any:
        try:
            source, path, up_to_date = super().get_source(environment, template)
        except TemplateNotFound:
            own = template.removeprefix(OF_THEME)
            if own == template or not Path(self.searchpath[-1], own).is_file():
                raise
            source, path, up_to_date = FileSystemLoader(self.searchpath[-1]).get_source(environment, own)
        if path and not any(inside(Path(folder).parent, Path(path)) for folder in self.searchpath):
            raise TemplateError(f"{template} lies behind a link that leads out of the site")
        return source, path, up_to_date


class _MissingError(UndefinedError):
    """Something isn't there. `asked` is the template that asked for it, and the line of its code."""

    def __init__(self, asked: tuple[Template, int] | None, message: str | None = None) -> None:
        super().__init__(message)
        self.asked = asked


class _MissingMacroError(_MissingError):
    """A template that was imported has no such macro."""

    def __init__(
        self, asked: tuple[Template, int] | None, template: Any, macro: Any, message: str | None = None
    ) -> None:
        super().__init__(asked, message)
        self.template, self.macro = str(template), str(macro)


class _Undefined(StrictUndefined):
    """What isn't there is an error where it was asked for, and not in the macro that was given it.

    A macro of another template is an error that says which.
    """

    __slots__ = ()

    def __init__(
        self, hint: Any = None, obj: Any = missing, name: Any = None, exc: Any = UndefinedError
    ) -> None:
        frame: FrameType | None = sys._getframe(1)
        while frame and "__jinja_template__" not in frame.f_globals:
            frame = frame.f_back
        asked = (frame.f_globals["__jinja_template__"], frame.f_lineno) if frame else None
        exc = partial(_MissingError, asked)
        if isinstance(obj, dict):
            asking = f"{{% if edition.extra.{name} is defined %}}"
            hint = hint or f"there is no `{name}` here: ask for it before, as in {asking}"
        if isinstance(obj, TemplateModule):
            exc = partial(_MissingMacroError, asked, obj.__name__, name)
        super().__init__(hint, obj, name, exc)


class _Once(dict[Any, str]):
    """`once(macro, entry, …)`: what a macro makes of an entry, for all pages of listings that show it."""

    def __call__(self, macro: Macro, *arguments: object) -> str:
        key = (macro._func.__code__, arguments)  # each page has a macro object of its own
        if key not in self:
            if len(self) == KEPT:
                del self[next(iter(self))]
            self[key] = macro(*arguments)
        return self[key]


class TemplateFailedError(Exception):
    """A page that can't be rendered."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def _localised(
    what: str, kind: type | tuple[type, ...], function: Callable[[Any, Language], str]
) -> Callable[..., str]:
    """A function of a value and the reader's language as a filter that knows the language of its page."""

    @pass_context
    def filtered(context: Context, value: Any, *given: Any, **named: Any) -> str:
        if given or named:
            raise TypeError("it takes nothing else: how a value is written is decided by the page's language")
        if value is None:  # Babel would take it for this moment
            raise TypeError(_NOTHING)
        if not isinstance(value, kind):
            raise TypeError(f"this is no {what}: {value}")
        return function(value, context["site"].language)

    return filtered


def _isodate(value: date) -> str:
    return value.isoformat(timespec="minutes") if isinstance(value, datetime) else value.isoformat()


@pass_context
def _isolate(context: Context, value: Phrase | str) -> str:
    return value if isinstance(value, str) else isolated(value, context["site"].language)


@pass_context
def _runs(context: Context, value: Phrase | str) -> Markup:
    """A text as HTML; in a right-to-left one, runs such as C++ and 25% keep their order."""
    language = context["site"].language if isinstance(value, str) else value.language
    text = value if isinstance(value, str) else value.text
    if language.direction == "rtl" and LTR_RUN.search(text):
        return Markup(runs_as_html(text))
    return escape(text)


def _marked_safe(context: Mapping[str, Any]) -> dict[str, Any]:
    """The context with the bodies, already HTML, as markup: the values of the plan are plain strings."""
    safe = dict(context)
    if make := safe["page"].make_data:
        safe["page"] = replace(safe["page"], make_data=cache(lambda: Markup(make())))
    if "edition" in safe:
        edition = safe["edition"]
        toc = tuple(replace(entry, html=Markup(entry.html)) for entry in edition.toc)
        safe["edition"] = replace(edition, html=Markup(edition.html), toc=toc)
    if safe["page"].kind == "feed":
        safe["entries"] = tuple(
            replace(entry, html=entry.html and Markup(entry.html)) for entry in safe["entries"]
        )
    if "rows" in safe:
        safe["rows"] = tuple(
            replace(row, source=Markup(row.source), translation=row.translation and Markup(row.translation))
            for row in safe["rows"]
        )
    return safe
