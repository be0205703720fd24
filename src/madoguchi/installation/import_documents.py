"""Documents that came with schemas (記入例): each becomes a test of the package whose schema it fits.

What a schema takes, the form made from it must take too; where it does not, that is told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import jsonschema_rs
import yaml

from madoguchi.installation.importing import Outcome
from madoguchi.procedures.evaluate import evaluate
from madoguchi.procedures.importers.json_schema.documents import entered
from madoguchi.procedures.importers.losses import LOST, Loss
from madoguchi.procedures.importers.naming import slug
from madoguchi.procedures.importers.packaging import Imported, packaged
from madoguchi.procedures.importers.reading import mapping
from madoguchi.procedures.importers.recognise import form_of, recognised
from madoguchi.procedures.importers.writing import Settings
from madoguchi.procedures.package.load import TESTS
from madoguchi.procedures.package.scope import Environment


@dataclass(frozen=True)
class Schema:
    """The schema a package was made from."""

    outcome: Outcome
    path: Path
    validator: Any


def with_documents(outcomes: Sequence[Outcome], files: Mapping[str, Path]) -> list[Outcome]:
    """The outcomes, documents told apart from other files and put to the packages as tests."""
    schemas = [s for o in outcomes if (s := _schema(o, files)) is not None]
    made: dict[str, Imported] = {}
    result = {outcome.file: outcome for outcome in outcomes}
    for outcome in outcomes:
        path = files.get(outcome.file)
        if outcome.state != "skipped" or path is None:
            continue
        found = _fitting(recognised(path.read_bytes()).data, path, schemas, made)
        if found is not None:
            schema, answers = found
            said = _tested(result[schema.outcome.file], made[schema.outcome.package], path, answers)
            result[schema.outcome.file] = said
            reason = f"a document for {schema.outcome.package}, kept as its test"
            result[outcome.file] = replace(outcome, state="document", reason=reason)
    return [result[outcome.file] for outcome in outcomes]


def _schema(outcome: Outcome, files: Mapping[str, Path]) -> Schema | None:
    if outcome.kind != "json-schema" or outcome.state != "imported":
        return None
    path = files[outcome.file]
    try:
        return Schema(
            outcome, path, jsonschema_rs.validator_for(recognised(path.read_bytes()).data)
        )
    except (ValueError, TypeError):  # not a sound schema, though it reads like a form
        return None


def _fitting(
    document: Any, path: Path, schemas: Sequence[Schema], made: dict[str, Imported]
) -> tuple[Schema, dict[str, Any]] | None:
    """The schema a document fits with the most answers; of equal ones that nearest in name."""
    best: tuple[tuple[int, int], Schema, dict[str, Any]] | None = None
    wrapped = mapping(document)
    inner = [wrapped["data"]] if set(wrapped) == {"data"} else []
    for data in [document, *inner]:
        for schema in schemas:
            if not schema.validator.is_valid(data):
                continue
            package = schema.outcome.package
            if package not in made:
                form = form_of(recognised(schema.path.read_bytes()), schema.path.stem)
                made[package] = packaged(form, Settings(package))
            answers = entered(data, made[package].places)
            near = _shared(path.stem, schema.path.stem)
            rank = (_count(answers), near)
            if answers and (best is None or rank > best[0]):
                best = rank, schema, answers
    return None if best is None else best[1:]


def _shared(first: str, second: str) -> int:
    """How many letters two names begin alike with."""
    pairs = enumerate(zip(first, second, strict=False))
    return next((i for i, (a, b) in pairs if a != b), min(len(first), len(second)))


def _count(value: Any) -> int:
    if isinstance(value, dict | list):
        return sum(_count(v) for v in (value.values() if isinstance(value, dict) else value))
    return 1


def _tested(outcome: Outcome, package: Imported, path: Path, answers: dict[str, Any]) -> Outcome:
    """The outcome with the document as a test of its package."""
    day = package.package.spec.effective.from_
    verdict = evaluate(package.package, answers, {}, Environment(today=day, filed_on=day))
    if not verdict.valid:
        faults = "; ".join(f"{f.pointer}: {f.message['en']}" for f in verdict.errors[:5])
        loss = Loss(LOST, path.name, "document", f"fits the schema, but not the form: {faults}")
        return replace(outcome, items=(*outcome.items, asdict(loss)))
    name = f"{slug(path.stem, '-') or 'document'}.yaml"
    tests = yaml.safe_load(outcome.files.get(TESTS, "[]"))
    tests.append({"name": path.stem, "given": name, "today": day, "expect": {"valid": True}})
    files = {
        **outcome.files,
        f"tests/{name}": yaml.safe_dump(answers, allow_unicode=True, sort_keys=False),
        TESTS: yaml.safe_dump(tests, allow_unicode=True, sort_keys=False),
    }
    return replace(outcome, files=files)
