"""Importing a folder of foreign forms (様式の一括取込): every file read, compiled, shown once, told of.

Forms are shared out among processes; each is a package on disk and a part of the report.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from functools import lru_cache
from os import cpu_count
from pathlib import Path
from typing import Any

from madoguchi.cases.filing.preview import preview
from madoguchi.kernel.language import LANGUAGES
from madoguchi.procedures.importers.losses import LOST
from madoguchi.procedures.importers.naming import digest, slug
from madoguchi.procedures.importers.packaging import Imported, Unimportable, packaged
from madoguchi.procedures.importers.recognise import DOCUMENT, Found, form_of, recognised
from madoguchi.procedures.importers.tongues import joined, same_form
from madoguchi.procedures.importers.writing import Settings
from madoguchi.procedures.package.load import MAIN
from madoguchi.web.edge import pages_of
from madoguchi.web.static import StaticFiles
from madoguchi.web.templates import Pages

Forms = list[tuple[Path, str, Found]]  # file, its name in the report, what it holds
FEW = 6  # below, starting processes takes longer than they save


@dataclass(frozen=True)
class Outcome:
    """What became of one file. `state`: imported, failed, skipped (no form), document (of a
    form, kept as its test) or joined (another language of the form before it). `items`: what could
    not be carried over as it was.
    """

    file: str
    state: str
    kind: str = ""
    package: str = ""
    version: str = ""
    title: str = ""
    reason: str = ""
    pages: int = 0
    fields: int = 0
    conditions: int = 0
    translated: int = 0
    items: tuple[dict[str, str], ...] = ()
    files: dict[str, str] = field(default_factory=dict, repr=False)

    @property
    def reported(self) -> bool:
        """Whether something of it is not in the package."""
        return any(item["grade"] == LOST for item in self.items)

    def line(self) -> str:
        """The progress line."""
        if self.state in ("failed", "skipped"):
            return f"{self.file}: {self.state}: {self.reason}"
        lost = sum(item["grade"] == LOST for item in self.items)
        changed = len(self.items) - lost
        told = f"; {lost} not carried over, {changed} to look at" if self.items else ""
        return f"{self.file}: {self.kind} → {self.package} {self.version}, {self.fields} fields on {self.pages} pages{told}"


@dataclass(frozen=True)
class Work:
    """Files that make one package, the first in its main language."""

    files: tuple[Path, ...]
    names: tuple[str, ...]
    settings: Settings
    version: str = "v1"


def import_forms(
    paths: Sequence[Path], agency: str, effective: date, tell: Callable[[Outcome], None]
) -> list[Outcome]:
    """Import every form at or below these paths; `tell` hears of each as it is done."""
    outcomes: list[Outcome] = []
    forms, refused = readable(paths)
    work = list(_shared_out(forms, agency, effective))
    del forms
    for outcome in [*refused, *imported_all(work)]:
        outcomes.append(outcome)
        tell(outcome)
    return outcomes


def readable(paths: Sequence[Path]) -> tuple[Forms, list[Outcome]]:
    """The forms at or below these paths, and what became of the other files."""
    forms: Forms = []
    others = []
    for path, name in _files(paths):
        try:
            found = recognised(path.read_bytes())
        except (Unimportable, OSError) as fault:
            others.append(Outcome(name, "failed", reason=str(fault)))
            continue
        if found.kind == DOCUMENT:
            others.append(Outcome(name, "skipped", reason="not a form"))
        else:
            forms.append((path, name, found))
    return forms, others


def names_of(paths: Sequence[Path]) -> dict[str, Path]:
    """The files at or below these paths by the names the report gives them."""
    return {name: path for path, name in _files(paths)}


def _files(paths: Sequence[Path]) -> Iterator[tuple[Path, str]]:
    """Every file to try, with the name the report gives it."""
    for path in paths:
        if path.is_file():
            yield path, path.name
        for inner in sorted(path.rglob("*.json")) if path.is_dir() else ():
            if inner.is_file():
                yield inner, str(inner.relative_to(path))


def _shared_out(forms: Forms, agency: str, effective: date) -> Iterator[Work]:
    """Which files make one package, and what it is called."""
    taken: set[str] = set()
    for group in by_language(forms):
        path, name, _ = group[0]
        settings = Settings(
            package_id(path, name, taken),
            agency,
            effective,
            sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        )
        yield Work(tuple(g[0] for g in group), tuple(g[1] for g in group), settings)


def package_id(path: Path, name: str, taken: set[str]) -> str:
    """An id from the file's name; from its folders too, where files have the same name."""

    def fitted(text: str, longest: int = 64) -> str:
        words = slug(text.lower(), "-") or digest(name)
        return (words if words[0].isalpha() else f"form-{words}")[:longest].strip("-")

    whole = str(Path(name).with_suffix(""))
    wanted = [fitted(path.stem), fitted(whole), f"{fitted(path.stem, 57)}-{digest(str(path))}"]
    found = next((w for w in wanted if w not in taken), f"form-{digest(str(path))}-{len(taken)}")
    taken.add(found)
    return found


def by_language(forms: Forms) -> Iterator[Forms]:
    """Forms alone, or with those that ask the same by the same keys in another language.

    Among several the one nearest in the folders is taken.
    """
    keyed: dict[tuple[str, ...], list[int]] = {}
    for index, (_, _, found) in enumerate(forms):
        if found.kind == "xgov":
            keyed.setdefault(_keys(found.data), []).append(index)
    languages: dict[int, str] = {}
    for indexes in keyed.values():
        for index in indexes if len(indexes) > 1 else ():
            path, _, found = forms[index]
            languages[index] = form_of(found, path.stem).language
    joined_to: dict[int, int] = {}
    for indexes in keyed.values():
        for index in indexes:
            main = [i for i in indexes if languages.get(i) == "en"]
            if index in main or index not in languages or not main:
                continue
            free = [
                i
                for i in main
                if (i, languages[index]) not in {(m, languages[o]) for o, m in joined_to.items()}
            ]
            near = max(free, key=lambda i: _nearness(forms[i][0], forms[index][0]), default=None)
            if near is not None:
                joined_to[index] = near
    for index, form in enumerate(forms):
        if index not in joined_to:
            yield [form, *(forms[i] for i, main in joined_to.items() if main == index)]


def _keys(data: Any) -> tuple[str, ...]:
    names = {
        str(component.get("name"))
        for page in data["pages"]
        for component in page.get("components") or ()
        if isinstance(component, dict)
    }
    return tuple(sorted(names))


def _nearness(first: Path, second: Path) -> int:
    """How many folders two files share, counted from the top."""
    pairs = zip(first.parts, second.parts, strict=False)
    return next((i for i, (a, b) in enumerate(pairs) if a != b), 0)


def imported_all(work: Sequence[Work]) -> Iterator[Outcome]:
    """The outcomes of all, as they are done, by several processes where that pays."""
    processes = min(cpu_count() or 1, 8)
    if len(work) < FEW or processes < 2:
        for one in work:
            yield from imported(one)
        return
    _pages()  # read once, before the processes part
    # The largest first: a big form begun last would keep everybody waiting.
    ordered = sorted(work, key=lambda w: -sum(path.stat().st_size for path in w.files))
    with ProcessPoolExecutor(processes) as pool:
        for several in pool.map(imported, ordered, chunksize=4):
            yield from several


def imported(work: Work) -> list[Outcome]:
    """Import the files of one package; never raises for what they hold."""
    try:
        forms = [form_of(recognised(path.read_bytes()), path.stem) for path in work.files]
        form, others = forms[0], [f for f in forms[1:] if same_form(forms[0], f)]
        result = packaged(joined(form, others), work.settings)
        pages = _shown(result)
    except (Unimportable, OSError) as fault:
        return [Outcome(name, "failed", reason=str(fault)) for name in work.names]
    except Exception as fault:
        reason = f"{type(fault).__name__}: {fault}"
        return [Outcome(name, "failed", reason=reason[:500]) for name in work.names]
    main = Outcome(
        work.names[0],
        "imported",
        form.kind,
        work.settings.id,
        work.version,
        next(iter(form.title.values()), ""),
        pages=pages,
        fields=sum(f.type != "note" for f in result.package.fields.values()),
        conditions=result.rules[0],
        translated=result.rules[1],
        items=tuple(asdict(loss) for loss in result.losses),
        files=result.files,
    )
    taken = [name for name, f in zip(work.names[1:], forms[1:], strict=True) if f in others]
    rest = [w for w in work.names[1:] if w not in taken]
    alone = [outcome for name in rest for outcome in imported(_alone(work, work.names.index(name)))]
    return [
        main,
        *(replace(main, file=name, state="joined", items=(), files={}) for name in taken),
        *alone,
    ]


def _alone(work: Work, place: int) -> Work:
    settings = replace(work.settings, id=f"{work.settings.id[:60]}-{place + 1}")
    return Work((work.files[place],), (work.names[place],), settings, work.version)


@lru_cache(maxsize=1)
def _pages() -> Pages:
    from madoguchi.app import MODULES

    return pages_of(MODULES, StaticFiles())


def _shown(result: Imported) -> int:
    """Show every page of a package once, in the engine's own templates."""
    language = next((la for la in result.package.spec.languages if la in LANGUAGES), "en")
    shown = list(preview(_pages(), result.package, language, result.package.spec.effective.from_))
    return len(shown)


def write_packages(outcomes: Sequence[Outcome], folder: Path) -> int:
    """Write the imported packages below a folder, each as ID/VERSION/; how many."""
    count = 0
    for outcome in outcomes:
        for name, text in outcome.files.items():
            target = folder / outcome.package / outcome.version / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
            count += name == MAIN
    return count


def report_of(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The report: every file, what was not carried over of it and why, and the totals."""
    files = []
    for outcome in sorted(outcomes, key=lambda o: o.file):
        entry = {k: v for k, v in asdict(outcome).items() if k != "files" and v not in ("", 0, ())}
        files.append(entry)
    return {"totals": totals(outcomes), "files": files}


def totals(outcomes: Sequence[Outcome]) -> dict[str, int]:
    """Counts of files and of conditions. A form in two files counts twice, its losses once."""
    return {
        "imported": sum(o.state in ("imported", "joined") for o in outcomes),
        "reported": sum(o.reported for o in outcomes),
        "failed": sum(o.state == "failed" for o in outcomes),
        "skipped": sum(o.state == "skipped" for o in outcomes),
        "documents": sum(o.state == "document" for o in outcomes),
        "packages": sum(o.state == "imported" for o in outcomes),
        "conditions": sum(o.conditions for o in outcomes if o.state == "imported"),
        "conditions_translated": sum(o.translated for o in outcomes if o.state == "imported"),
    }


def write_report(outcomes: Sequence[Outcome], file: Path) -> None:
    """Write the report as JSON."""
    text = json.dumps(report_of(outcomes), ensure_ascii=False, indent=1)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text + "\n", encoding="utf-8")
