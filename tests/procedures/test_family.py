"""One source for many procedures: its variants are packages like any other."""

from pathlib import Path

from madoguchi.procedures.package.load import load_place, places

PROCEDURE = """\
id: ${slug}-closure
kind: notification
title: {ja: ${ja}の廃止届, en: Notice that ${en} ends}
summary: {ja: 廃止の届出, en: A notice}
audience: {ja: 事業者, en: Businesses}
effective: {from: 2026-04-01}
authority: {agency: meti}
workflow: {pattern: notice}
data:
%% include "party.yaml"
%% if variant == "make"
  plant: {type: text, label: {ja: 製造場, en: Plant}}
%% endif
"""
BLOCK = "  name: {type: text, label: {ja: 名称, en: Name}, required: true}\n"
FAMILY = "with: ../../classes.yaml\nvariants: {make: {slug: maker}, sell: {slug: seller}}\n"
CLASSES = "make: {ja: 製造, en: making}\nsell: {ja: 販売, en: selling}\n"


def written(root: Path, family: str = FAMILY, procedure: str = PROCEDURE) -> Path:
    folder = root / "law" / "closure" / "v1"
    folder.mkdir(parents=True)
    (folder / "procedure.yaml").write_text(procedure)
    (folder / "family.yaml").write_text(family)
    (root / "law" / "classes.yaml").write_text(CLASSES)
    (root / "law" / "blocks").mkdir()
    (root / "law" / "blocks" / "party.yaml").write_text(BLOCK)
    return root


def test_each_variant_is_a_package_of_its_own(tmp_path: Path) -> None:
    found = [load_place(place) for place in places(written(tmp_path))]
    packages = [loaded.package for loaded in found if loaded.package is not None]
    assert [package.id for package in packages] == ["maker-closure", "seller-closure"], found
    assert packages[0].title["ja"] == "製造の廃止届"
    assert [sorted(package.fields) for package in packages] == [["name", "plant"], ["name"]]
    assert packages[0].digest != packages[1].digest
    assert "${" not in packages[0].files["procedure.yaml"]
    assert "family.yaml" not in packages[0].files


def test_what_is_wrong_with_a_family_is_told(tmp_path: Path) -> None:
    for name, family, procedure, said in (
        ("a", "variants: [x]\n", PROCEDURE, "variants"),
        ("b", "with: ../../../../../etc/passwd\nvariants: {make: {}}\n", PROCEDURE, "no file"),
        ("c", FAMILY, PROCEDURE.replace("${ja}", "${nothing}"), "nothing"),
        ("d", FAMILY, PROCEDURE.replace('"party.yaml"', '"../classes.yaml"'), "classes.yaml"),
        ("e", FAMILY, PROCEDURE.replace("${en}", "${en.__class__.__mro__}"), "__class__"),
    ):
        found = [load_place(place) for place in places(written(tmp_path / name, family, procedure))]
        assert found
        assert all(loaded.package is None for loaded in found), name
        assert said in str(found[0].faults[0]), name
