"""From files to a compiled package. `load` gives both the package and every fault it has."""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from madoguchi.kernel.canonical import digest
from madoguchi.procedures.package.compile import compile_package
from madoguchi.procedures.package.compiled import Package
from madoguchi.procedures.package.family import FAMILY, variant_files, variants_of
from madoguchi.procedures.package.option_lists import with_lists
from madoguchi.procedures.package.shapes import Spec
from madoguchi.procedures.package.source import (
    MAX_BYTES,
    PackageError,
    PackageFault,
    PathInFile,
    Source,
    read_yaml,
)
from madoguchi.procedures.package.spec import ProcedureSpec

MAIN = "procedure.yaml"
TESTS = "tests.yaml"
MAX_FILES = 200
_SUFFIXES = {".yaml", ".html", ".csv", ".md", ".xml", ".xsd", ".json"}


@dataclass(frozen=True)
class Loaded:
    """The outcome of reading a package: `package` is None when a fault of severity error stands."""

    name: str
    package: Package | None
    faults: list[PackageFault]

    @property
    def errors(self) -> list[PackageFault]:
        """The faults that forbid publishing."""
        return [fault for fault in self.faults if fault.severity == "error"]


@dataclass(frozen=True)
class Place:
    """Where a package is: a version folder, and which variant when the folder holds a family."""

    folder: Path
    variant: str | None = None

    @property
    def version(self) -> str:
        """The name of the version: that of the folder."""
        return self.folder.name

    def __str__(self) -> str:
        return f"{self.folder}[{self.variant}]" if self.variant else str(self.folder)


def load_place(place: Place) -> Loaded:
    """Read the package at a place."""
    return load_folder(place.folder, place.variant)


def load_folder(folder: Path, variant: str | None = None) -> Loaded:
    """Read the package in a version folder such as `…/gasoline-seller-registration/v1`."""
    files, faults = read_files(Place(folder, variant))
    loaded = load(files, folder.name, str(Place(folder, variant)))
    return Loaded(loaded.name, None if faults else loaded.package, faults + loaded.faults)


def read_files(place: Place) -> tuple[dict[str, str], list[PackageFault]]:
    """The files of a package (relative name → text), and what could not be read."""
    folder, variant = place.folder, place.variant
    files: dict[str, str] = {}
    faults: list[PackageFault] = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if not path.is_file() or path.suffix not in _SUFFIXES or name.startswith("."):
            continue
        if len(files) >= MAX_FILES or path.stat().st_size > MAX_BYTES:
            faults.append(
                PackageFault(name, 1, 1, "too-large", "the package has too many or too large files")
            )
            break
        try:
            files[name] = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            faults.append(
                PackageFault(name, 1, 1, "unreadable", f"cannot be read as UTF-8: {error}")
            )
    if variant is not None:
        files, family_faults = variant_files(folder, files, variant)
        faults += family_faults
    return files, faults


def load(files: Mapping[str, str], version: str, where: str = "") -> Loaded:
    """Compile a package from its files (relative name → text). Never raises for their content."""
    prefix = f"{where}/" if where else ""
    if MAIN not in files:
        return Loaded(
            where, None, [PackageFault(prefix + MAIN, 1, 1, "no-procedure", f"there is no {MAIN}")]
        )
    source = read_yaml(files[MAIN], prefix + MAIN)
    if source.data is None or source.faults:
        return Loaded(
            where, None, source.faults or [source.fault((), "empty", "the file is empty")]
        )
    tests, faults = _separate_tests(files, prefix)
    if faults:
        return Loaded(where, None, faults)
    faults = with_lists(source)
    if faults:
        return Loaded(where, None, faults)
    if tests and isinstance(source.data, dict):
        source.data = {**source.data, "tests": [*(source.data.get("tests") or []), *tests]}
    try:
        spec = ProcedureSpec.model_validate(source.data)
    except ValidationError as error:
        return Loaded(where, None, _shape_faults(source, error))
    package, faults = compile_package(spec, source, dict(files), version, digest(dict(files)))
    return Loaded(spec.id, package, faults)


def _separate_tests(files: Mapping[str, str], prefix: str) -> tuple[list[Any], list[PackageFault]]:
    """The tests of a large package may stand in tests.yaml beside procedure.yaml."""
    if TESTS not in files:
        return [], []
    source = read_yaml(files[TESTS], prefix + TESTS)
    if source.faults or not isinstance(source.data, list):
        return [], source.faults or [
            source.fault((), "not-a-list", f"{TESTS} must be a list of tests")
        ]
    return source.data, []


def load_or_raise(files: Mapping[str, str], version: str) -> Package:
    """Compile a package that has been published, hence checked, before. Raises PackageError."""
    loaded = load(files, version)
    if loaded.package is None:
        raise PackageError(loaded.errors)
    return loaded.package


def places(root: Path) -> list[Place]:
    """Every package at or below `root`, templates left out."""
    folders = (path.parent for path in root.rglob(MAIN))
    found: list[Place] = []
    for folder in sorted(path for path in folders if "_template" not in path.parts):
        is_family = (folder / FAMILY).is_file()
        # A family that cannot be read is one place too, so that its faults are told.
        names = variants_of(folder) or [""] if is_family else [None]
        found += [Place(folder, name) for name in names]
    return found


_SENTENCES = {
    "missing": "“{key}” is missing here",
    "extra_forbidden": "“{key}” is not a key that can stand here",
    "string_type": "“{key}” must be text; put it in quotes",
    "string_pattern_mismatch": "“{key}” is not well formed (it must match {pattern})",
    "literal_error": "“{key}” must be one of {expected}",
    "dict_type": "“{key}” must be a map (key: value)",
    "model_type": "“{key}” must be a map (key: value)",
    "list_type": "“{key}” must be a list",
    "too_short": "“{key}” must not be empty",
    "date_from_datetime_parsing": "“{key}” must be a date such as 2026-04-01",
}


def _shape_faults(source: Source, error: ValidationError) -> list[PackageFault]:
    faults = []
    for item in error.errors():
        path = _path_in(source, item["loc"])
        key = str(item["loc"][-1]) if item["loc"] else MAIN
        context: dict[str, Any] = item.get("ctx") or {}
        sentence = _SENTENCES.get(item["type"], "“{key}”: " + item["msg"])
        message = sentence.replace("{key}", key)
        for name, value in context.items():
            message = message.replace("{" + name + "}", str(value))
        if item["type"] == "extra_forbidden":
            message += _suggestion(key, item["loc"])
        faults.append(source.fault(path, item["type"].replace("_", "-"), message))
    return list(dict.fromkeys(faults))


def _path_in(source: Source, location: tuple[int | str, ...]) -> PathInFile:
    """Pydantic's location without the names of union members, which are not in the file."""
    path: PathInFile = ()
    for step in location:
        if (*path, step) in source.positions:
            path = (*path, step)
    return path


def _suggestion(key: str, location: tuple[int | str, ...]) -> str:
    from madoguchi.procedures.package import spec

    if len(location) == 1:
        known = [f.alias or name for name, f in ProcedureSpec.model_fields.items()]
    else:
        known = sorted(
            {
                field.alias or name
                for model in vars(spec).values()
                if isinstance(model, type) and issubclass(model, Spec)
                for name, field in model.model_fields.items()
            }
        )
    near = get_close_matches(key, known, 1)
    return f"; did you mean “{near[0]}”?" if near else ""
