"""Reading YAML with positions, and nothing but plain data: no tags, no anchors, no floats."""

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

MAX_BYTES = 1_000_000
MAX_DEPTH = 40

PathInFile = tuple[str | int, ...]
Position = tuple[int, int]
_TAGS: dict[type[Node], str] = {
    ScalarNode: "tag:yaml.org,2002:str",
    SequenceNode: "tag:yaml.org,2002:seq",
    MappingNode: "tag:yaml.org,2002:map",
}


@dataclass(frozen=True)
class PackageFault:
    """A fault in a package: where it is and a sentence that helps (1-based line and column)."""

    file: str
    line: int
    column: int
    code: str
    message: str
    severity: str = "error"

    def __str__(self) -> str:
        return (
            f"{self.file}:{self.line}:{self.column}: {self.severity}: {self.message} [{self.code}]"
        )


class PackageError(Exception):
    """The package has faults and can be neither compiled nor published."""

    def __init__(self, faults: list[PackageFault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


@dataclass
class Source:
    """One YAML file as plain data, with the position of every key and item."""

    file: str
    data: object
    positions: dict[PathInFile, Position] = field(default_factory=dict)
    faults: list[PackageFault] = field(default_factory=list)

    def position(self, path: PathInFile) -> Position:
        """The position of `path`, or of its nearest ancestor that has one."""
        while path and path not in self.positions:
            path = path[:-1]
        return self.positions.get(path, (1, 1))

    def fault(
        self, path: PathInFile, code: str, message: str, severity: str = "error"
    ) -> PackageFault:
        """A fault at `path` of this file."""
        line, column = self.position(path)
        return PackageFault(self.file, line, column, code, message, severity)


class _Composer(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Composes without guessing what plain scalars mean: `_scalar` says that by rules of ours."""

    def resolve(self, kind: type[Node], value: object, implicit: object) -> str:
        """The tag of what bears none."""
        return _TAGS[kind]


def read_yaml(text: str, file: str) -> Source:
    """Parse YAML text into a `Source`; syntax faults are in its `faults`, `data` is then None."""
    source = Source(file, None)
    if len(text.encode()) > MAX_BYTES:
        source.faults.append(
            PackageFault(file, 1, 1, "too-large", f"the file is larger than {MAX_BYTES} bytes")
        )
        return source
    try:
        # libyaml's composer gives nodes with positions and constructs nothing.
        node = yaml.compose(text, Loader=_Composer)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        source.faults.append(
            PackageFault(file, line, column, "yaml", f"not valid YAML: {error.problem}")
        )
        return source
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        source.faults.append(PackageFault(file, 1, 1, "yaml", f"not valid YAML: {error}"))
        return source
    if node is not None:
        source.data = _plain(node, (), source)
    return source


def read_yaml_file(path: Path, name: str) -> Source:
    """Read a YAML file; a file that is not UTF-8 is a fault, not an exception."""
    try:
        return read_yaml(path.read_text(encoding="utf-8"), name)
    except (OSError, UnicodeDecodeError) as error:
        return Source(
            name, None, faults=[PackageFault(name, 1, 1, "unreadable", f"cannot be read: {error}")]
        )


def _plain(node: Node, path: PathInFile, source: Source) -> object:
    source.positions[path] = (node.start_mark.line + 1, node.start_mark.column + 1)
    if getattr(node, "anchor", None):
        # Anchors make a package unreadable line by line and open the door to expansion bombs.
        source.faults.append(
            source.fault(path, "anchor", "anchors and aliases (& and *) are not allowed")
        )
        return None
    if len(path) > MAX_DEPTH:
        source.faults.append(source.fault(path, "too-deep", "nested too deeply"))
        return None
    if isinstance(node, MappingNode):
        return _mapping(node, path, source)
    if isinstance(node, SequenceNode):
        return [_plain(item, (*path, index), source) for index, item in enumerate(node.value)]
    assert isinstance(node, ScalarNode)  # noqa: S101 - YAML has three kinds of nodes
    return _scalar(node, path, source)


def _mapping(node: MappingNode, path: PathInFile, source: Source) -> dict[str, object]:
    result: dict[str, object] = {}
    for key_node, value_node in node.value:
        key = str(key_node.value) if isinstance(key_node, ScalarNode) else ""
        here = (*path, key)
        value = _plain(value_node, here, source)
        source.positions[here] = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
        if key in result:
            source.faults.append(source.fault(here, "duplicate-key", f"“{key}” stands here twice"))
        result[key] = value
    return result


# Plain scalars by the core schema of YAML 1.2 (yes, no, on and off are text) and ISO dates.
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_INTEGER = re.compile(r"[-+]?\d+")
_DECIMAL = re.compile(r"[-+]?(\d+\.\d*|\.\d+)")
_WORDS: dict[str, object] = {"true": True, "false": False, "null": None, "~": None, "": None}


def _scalar(node: ScalarNode, path: PathInFile, source: Source) -> object:
    text = str(node.value)
    if not str(node.tag).startswith("tag:yaml.org,2002:"):
        source.faults.append(source.fault(path, "tag", f"the tag {node.tag} is not allowed"))
        return None
    if node.style in ("'", '"', "|", ">"):
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text) and len(text) < 40:
        return int(text)
    if _DECIMAL.fullmatch(text) and len(text) < 40:
        return Decimal(text)
    if _DATE.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            source.faults.append(
                source.fault(path, "scalar", f"“{text}” is not a day; put it in quotes")
            )
    return text
