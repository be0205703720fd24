"""One source for many procedures (手続の族): a version folder whose family.yaml names the variants.

A law that says the same of several classes is written once. The files of a variant are the folder's
files with `${name}` and lines of `%% if … / %% for … / %% include "block.yaml"` carried out by Jinja
in its sandbox; what comes out is a package like any other, complete in itself, with its own digest.

    with: ../../classes.yaml      # optional: values shared by the families of a folder, by variant
    variants:
      manufacture: {form: 13, article: 第12条}
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from madoguchi.procedures.package.source import PackageFault, read_yaml_file

FAMILY = "family.yaml"
BLOCKS = "blocks"


def variants_of(folder: Path) -> list[str]:
    """The variants of a version folder; empty when it holds one procedure, or a faulty family."""
    if not (folder / FAMILY).is_file():
        return []
    values, _ = _values(folder)
    return list(values)


def variant_files(
    folder: Path, files: Mapping[str, str], variant: str
) -> tuple[dict[str, str], list[PackageFault]]:
    """The files of one variant, and the faults of writing them out."""
    values, faults = _values(folder)
    if variant not in values:
        return {}, faults or [_fault(folder, f"there is no variant “{variant}”")]
    blocks = [parent / BLOCKS for parent in (folder, *folder.parents[:2])]
    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader([str(path) for path in blocks]),
        undefined=StrictUndefined,
        variable_start_string="${",
        variable_end_string="}",
        line_statement_prefix="%%",
        block_start_string="<%",
        block_end_string="%>",
        comment_start_string="<#",
        comment_end_string="#>",
        keep_trailing_newline=True,
        autoescape=False,
    )
    written: dict[str, str] = {}
    for name, text in files.items():
        if name == FAMILY:
            continue
        try:
            written[name] = environment.from_string(text).render(values[variant])
        except TemplateError as error:
            line = getattr(error, "lineno", None) or 1
            faults.append(PackageFault(f"{folder}/{name}", line, 1, "family", str(error)))
    return written, faults


def _values(folder: Path) -> tuple[dict[str, dict[str, Any]], list[PackageFault]]:
    own = read_yaml_file(folder / FAMILY, f"{folder}/{FAMILY}")
    data = own.data if isinstance(own.data, dict) else {}
    variants = data.get("variants")
    if own.faults or not isinstance(variants, dict):
        return {}, own.faults or [_fault(folder, "“variants” must be a map (name: values)")]
    shared: dict[str, Any] = {}
    if isinstance(data.get("with"), str):
        path = (folder / data["with"]).resolve()
        if folder.resolve().parents[1] not in path.parents or not path.is_file():
            return {}, [
                _fault(folder, f"“with”: there is no file {data['with']} in the family's folder")
            ]
        source = read_yaml_file(path, str(path))
        if source.faults or not isinstance(source.data, dict):
            return {}, source.faults or [_fault(folder, f"{path} must be a map by variant")]
        shared = source.data
    return {
        str(name): {"variant": str(name), **(shared.get(name) or {}), **(values or {})}
        for name, values in variants.items()
    }, []


def _fault(folder: Path, message: str) -> PackageFault:
    return PackageFault(f"{folder}/{FAMILY}", 1, 1, "family", message)
