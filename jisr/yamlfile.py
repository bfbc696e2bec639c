"""YAML with the places of its values, checked against a type. The only importer of yaml.

Refuses what a reader wouldn't expect of a settings file: two keys alike, tags, anchors and aliases
(the means of YAML bombs), and nesting deeper than people write.
"""

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

import msgspec
import yaml
from msgspec import Struct
from msgspec.structs import fields

from jisr.bidi import unbalanced
from jisr.errors import CONTROL, Problem, Report

T = TypeVar("T")
Place = tuple[str, int, int]
Steps = tuple[str | int, ...]

_SCALARS = {f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "timestamp")}
_TYPES = re.compile(r"Expected `(?P<wanted>[^`]*)`, got `(?P<found>[^`]*)`")
_BREAK = re.compile("[\x85\u2028\u2029]")
_OPEN = re.compile("[\"'\\[{]")
_NO_BREAK = re.compile(":[\xa0\u202f\u2007]")
_GLUED = re.compile(r"\s*(?:- )?(?!https?:|mailto:)(?P<key>[\w-]+)(?::(?=[^ ])|\uff1a)(?!.*: )")
"""A key with its value right behind the colon: YAML sees what is wrong in the next line."""
_OCTAL = re.compile(r"[-+]?0[0-9_]")
_BITS = 64
_PLAIN = "write the value out; in quotes if the mark is a part of it"
_TOO_DEEP = ("the metadata nest too deep", "use fewer levels")
_NAMES = {
    "str": "text",
    "int": "a whole number",
    "bool": "true or false",
    "array": "a list",
    "object": "a group of keys",
    "float": "a number",
}


class YamlFile(Struct, frozen=True):
    """A mapping read from YAML: its values, and the place of each: path, line, column.

    `places` and `texts` (scalars as they were written) are keyed by the steps from the top:
    `("image", "src")`, `("tags", 1)`; `()` is the whole.
    """

    values: dict[str, Any]
    places: Mapping[Steps, Place]
    texts: Mapping[Steps, str]

    def problem(self, steps: Steps, message: str, hint: str) -> Problem:
        """An error at the nearest place that is known."""
        while steps not in self.places:
            steps = steps[:-1]
        return Problem(*self.places[steps], message, hint)

    def joined(self, other: "YamlFile") -> "YamlFile":
        """Both together, where they have no key in common; the whole begins where this one does."""
        return YamlFile(
            self.values | other.values, {**other.places, **self.places}, {**other.texts, **self.texts}
        )


def parse(text: str, path: str, report: Report, *, first_line: int = 1) -> YamlFile | None:
    """Read a mapping. Reports what is wrong and returns None if it isn't one."""

    odd = _BREAK.search(text)

    def place(mark: Any) -> Place:
        if odd:  # YAML begins a line there, and no editor does
            above = text.rfind("\n", 0, mark.index)
            return path, first_line + text.count("\n", 0, mark.index), mark.index - above
        return path, first_line + mark.line, mark.column + 1

    def fail(mark: Any, message: str, hint: str) -> None:
        report(Problem(*(place(mark) if mark else (path, first_line, 1)), message, hint))

    loader = yaml.CSafeLoader(text)
    try:
        marked = list(_marked(text)) if "&" in text or "!" in text else ()
        for mark, message, hint in marked:
            fail(mark, message, hint)
        if marked:
            return None
        node = loader.get_single_node()
        if node is None:
            return YamlFile({}, {(): (path, first_line, 1)}, {})
        if not isinstance(node, yaml.MappingNode):
            fail(node.start_mark, "the metadata are not keys with values", "write `key: value` lines")
            return None
        reading = _Reading(loader, place, report)
        values = reading.value(node, ())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        if error.context_mark and "could not find expected ':'" in (error.problem or ""):
            mark = error.context_mark  # the problem is seen in the next line
        lines = text.split("\n")
        at = place(mark)[1] - first_line if mark else 0
        if "mapping values" in (error.problem or "") and (found := _GLUED.match("".join(lines[at - 1 : at]))):
            what, hint = "no space behind the colon of a key", f"write {found['key']}: …"
            report(Problem(path, first_line + at - 1, found.end(), what, hint))
            return None
        fail(mark, *_explain(error, "".join(lines[at : at + 1]) if mark else ""))
        return None
    except RecursionError:
        fail(None, *_TOO_DEEP)
        return None
    except yaml.YAMLError as error:
        fail(None, f"this is not YAML ({str(error).splitlines()[0]})", "check the characters it names")
        return None
    finally:
        loader.dispose()
    if reading.failed:
        return None
    return YamlFile(values, reading.places, reading.texts)


def _marked(text: str) -> Iterator[tuple[Any, str, str]]:
    """The anchors, aliases and tags in a text, each with what to say of it."""
    for event in yaml.parse(text, yaml.CSafeLoader):
        tag = getattr(event, "tag", None)
        if isinstance(event, yaml.NodeEvent) and event.anchor:
            yield event.start_mark, "anchors and aliases (& and *) are not read here", _PLAIN
        elif tag:
            yield event.start_mark, f"the tag {tag} is not read here", _PLAIN


def validate(source: YamlFile, kind: type[T], report: Report, *, below: Steps = ()) -> T | None:
    """The values (those under `below`) as the struct `kind`.

    Reports every unknown key with the nearest known name, every missing one and every value of the
    wrong type. In place of such a value stands its default, so that the others can be looked at; None where
    it has none.
    """
    values: Any = source.values
    for step in below:
        values = values[step]
    if not isinstance(values, dict):
        name = below[-1] if below else "this"
        report(source.problem(below, f"`{name}` must be keys with values", "write them indented under it"))
        return None
    types, required = _known(kind)  # type: ignore[arg-type]  # a class is hashable
    result: dict[str, Any] = {}
    for key in values:
        if key not in types:
            report(_unknown_key(source, (*below, key), types))
    for name in types:
        if values.get(name) is None:
            if name in required:
                report(source.problem(below, f"`{name}` is missing", f"add a line `{name}: …`"))
            continue
        at = (*below, name)
        nested = _nested(types[name])
        if nested is None:
            if get_origin(types[name]) is Mapping and isinstance(values[name], dict):
                result[name] = _converted(source, at, types[name], values[name], report)
                continue
            if types[name] == date | None and (day := _date(values[name])):
                result[name] = day
                continue
            try:
                result[name] = msgspec.convert(values[name], types[name])
            except msgspec.ValidationError as error:
                _tell_wrong_type(source, at, values[name], types[name], error, report)
        elif isinstance(values[name], bool) and bool in get_args(types[name]):
            result[name] = values[name]
        elif get_origin(types[name]) is tuple:
            if isinstance(values[name], list):
                items = range(len(values[name]))
                read = [validate(source, nested, report, below=(*at, i)) for i in items]
                result[name] = tuple([item for item in read if item is not None])
            else:
                report(source.problem(at, f"`{name}` must be a list", "begin each entry with `- `"))
        elif (item := validate(source, nested, report, below=at)) is not None:
            result[name] = item
    return kind(**result) if required <= result.keys() else None


def _converted(
    source: YamlFile, below: Steps, kind: Any, values: Mapping[str, Any], report: Report
) -> dict[str, Any]:
    """The values of a mapping as its type has them, without those that aren't: these are reported."""
    found = {}
    for key, value in values.items():
        try:
            found[key] = msgspec.convert(value, get_args(kind)[1])
        except msgspec.ValidationError as error:
            _tell_wrong_type(source, (*below, key), value, get_args(kind)[1], error, report)
    return found


@cache
def _known(kind: Any) -> tuple[dict[str, Any], frozenset[str]]:
    """The types of a struct's fields, by their names, and which of them it must have."""
    hints = get_type_hints(kind)
    known = fields(kind)
    return {field.name: hints[field.name] for field in known}, frozenset(f.name for f in known if f.required)


@cache
def _nested(annotation: Any) -> type[Any] | None:
    """The struct in `X`, `X | None` or `tuple[X, ...]`."""
    for part in (annotation, *get_args(annotation)):
        if isinstance(part, type) and issubclass(part, Struct):
            return part
    return None


def _date(value: Any) -> date | None:
    """A date, of a day or of a time: YAML's own type, or a text such as 2023-10-16 10:30, without seconds."""
    if isinstance(value, str):
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            return None
    return value if isinstance(value, date) else None


def _unknown_key(source: YamlFile, at: Steps, known: Iterable[str]) -> Problem:
    key = str(at[-1])
    shown = "".join(c for c in key if c.isprintable())
    near = difflib.get_close_matches(shown.lower(), known, 1)
    hint = f"did you mean `{near[0]}`?" if near else f"the keys are {', '.join(known)}"
    if shown != key:
        return source.problem(at, f"an invisible mark stands in the key `{shown}`", "type the key again")
    return source.problem(at, f"unknown key `{key}`", hint)


def _choices(kind: Any) -> list[str]:
    """The words that a type takes, if it takes only some."""
    if get_origin(kind) is Literal:
        return list(get_args(kind))
    return [choice for part in get_args(kind) for choice in _choices(part)]


def _tell_wrong_type(
    source: YamlFile, at: Steps, value: Any, kind: Any, error: msgspec.ValidationError, report: Report
) -> None:
    """Report msgspec's finding on a value of a kind; of a list, on each of its items."""
    if not (isinstance(value, list) and get_origin(kind) is tuple):
        report(_wrong_type(source, at, str(error), kind))
        return
    for index, item in enumerate(value):
        try:
            msgspec.convert(item, get_args(kind)[0])
        except msgspec.ValidationError as of_item:
            report(_wrong_type(source, (*at, index), str(of_item), get_args(kind)[0]))


def _wrong_type(source: YamlFile, at: Steps, said: str, kind: Any) -> Problem:
    """One of msgspec's findings on a single value of a kind, in the words of a writer."""
    name = f"{at[-2]}[{at[-1]}]" if isinstance(at[-1], int) else at[-1]
    text = source.texts.get(at, "…")
    types = _TYPES.search(said)
    wants_list = types is not None and types["wanted"].startswith("array")
    choices = _choices(kind)
    if choices and not (wants_list and text in choices):
        near = difflib.get_close_matches(text.lower(), choices, 1, 0.5)
        among = f"{'a list of ' if wants_list else ''}{', '.join(choices)}"
        what = f"`{name}` can't be {text}" if text != "…" else f"`{name}` can't be that"
        return source.problem(at, what, f"did you mean {near[0]}?" if near else f"write {among}")
    if "RFC3339" in said or (types and types["wanted"].startswith("date")):
        return source.problem(at, f"`{name}` is not a date", "write year-month-day, such as 2023-10-16")
    if not types:
        return source.problem(
            at, f"`{name}`: {said[:1].lower()}{said[1:]}", "see the reference for its values"
        )
    wanted = types["wanted"].split(" | ")[0]
    hints = {
        "str": f"put it in quotes: {quoted(text)}" if text != "…" else "write one text",
        "array": f"write {name}: [{text}]",
        "bool": "write true or false",
    }
    message = f"`{name}` must be {_NAMES.get(wanted, wanted)}"
    return source.problem(at, message, hints.get(wanted, "see the reference for its values"))


class _Reading:
    """One walk over the node tree of one file."""

    def __init__(self, loader: Any, place: Callable[[Any], Place], report: Report) -> None:
        self.loader, self.place_of, self.report = loader, place, report
        self.places: dict[Steps, Place] = {}
        self.texts: dict[Steps, str] = {}
        self.failed = False

    def place(self, node: yaml.Node) -> Place:
        return self.place_of(node.start_mark)

    def fail(self, node: yaml.Node, message: str, hint: str) -> None:
        self.failed = True
        self.report(Problem(*self.place(node), message, hint))

    def value(self, node: yaml.Node, steps: Steps) -> Any:
        if steps not in self.places:  # a value stands where its key does
            self.places[steps] = self.place(node)
        if isinstance(node, yaml.MappingNode) and node.tag == "tag:yaml.org,2002:map":
            return self.mapping(node, steps)
        if isinstance(node, yaml.SequenceNode) and node.tag == "tag:yaml.org,2002:seq":
            return [self.value(item, (*steps, i)) for i, item in enumerate(node.value)]
        if node.tag not in _SCALARS:
            return self.fail(node, f"the tag {node.tag} is not read here", _PLAIN)
        self.texts[steps] = node.value
        if not node.value.isprintable() and (wrong := wrong_control(node.value)):
            what = f"the character U+{ord(wrong):04X} can't stand there"
            return self.fail(node, what, "remove it; isolates stand in pairs")
        try:
            found = self.loader.yaml_constructors[node.tag](self.loader, node)
            if isinstance(found, int) and found.bit_length() > _BITS:
                return self.fail(node, "a number of more than 64 bits", "put it in quotes")
            if isinstance(found, int) and _OCTAL.match(node.value):
                what = f"{node.value} is {found} in YAML, for the 0 that it begins with"
                return self.fail(node, what, "write it without the 0, or in quotes")
            return found
        except ValueError:
            what = f"`{node.value}` is not a date of the calendar"
            return self.fail(node, what, "write year-month-day, such as 2023-10-16")

    def mapping(self, node: yaml.MappingNode, steps: Steps) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self.fail(key_node, "a key must be a word", "write `key: value`")
                continue
            key = key_node.value
            at = (*steps, key)
            if key in result:
                first = self.places[at][1]
                self.fail(
                    key_node, f"the key `{key}` stands twice", f"keep one; the first is in line {first}"
                )
                continue
            self.places[at] = self.place(key_node)
            result[key] = self.value(value_node, at)
        return result


def wrong_control(text: str) -> str:
    """The first control character that no text may have, else the first directional one without a partner."""
    if found := CONTROL.search(text):
        return found[0]
    at = unbalanced(text)
    return "" if at is None else text[at]


def _explain(error: yaml.MarkedYAMLError, line: str) -> tuple[str, str]:
    """What is wrong with a line and what to do, for the faults that people make."""
    said = error.problem or error.context or "unreadable"
    if "mapping values are not allowed" in said:
        key, _, value = line.partition(": ")
        return (
            "a second colon in one value",
            f"put the value in quotes: {key.strip()}: {quoted(value.strip())}",
        )
    if "\t" in line[: len(line) - len(line.lstrip())] or ("cannot start any token" in said and "\t" in line):
        return "a tab where YAML wants spaces", "indent with spaces"
    if "could not find expected ':'" in said and not _OPEN.search(line):
        if _NO_BREAK.search(line):
            return "a colon with a space behind it that doesn't break", "type an ordinary space"
        return "a line that is neither a key with its value nor indented", "write `key: value`"
    if "unexpected end of stream" in said or "could not find expected" in said:
        return f"a quote or a bracket is not closed ({said})", "close it on its line"
    if "nesting depth" in said:
        return _TOO_DEEP
    if "control characters" in said:
        return f"{said}", "remove the invisible character"
    return f"this is not YAML ({said})", "check the quotes, brackets and indentation of this line"


def quoted(text: str) -> str:
    """A text as a YAML scalar in quotes: no character in it means anything."""
    return "'" + text.replace("'", "''") + "'"
