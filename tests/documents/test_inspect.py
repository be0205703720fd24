"""What inspection says of each kind of file: accepted as what, or refused with which code."""

import io
import zipfile
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madoguchi.documents.inspect.kinds import KINDS
from madoguchi.documents.inspect.verdict import inspect_bytes
from madoguchi.documents.refusals import MESSAGES, Refusal, refused
from tests.documents import files

ALL = tuple(KINDS)
OFFICE_TYPES = "application/vnd.openxmlformats-officedocument."
BIG = bytes(30_000_000)

ACCEPTED = [
    ("plan.pdf", files.pdf(), "pdf", "application/pdf"),
    ("計画書.PDF", files.pdf(3), "pdf", "application/pdf"),
    ("restricted.pdf", files.encrypted_pdf(user=""), "pdf", "application/pdf"),
    ("report.pdf", files.pdf_attaching("data.xlsx"), "pdf", "application/pdf"),
    ("photo.png", files.png(), "png", "image/png"),
    ("photo.jpg", files.jpeg(), "jpeg", "image/jpeg"),
    ("photo.JPEG", files.jpeg(tail=b"\xff\xd8preview"), "jpeg", "image/jpeg"),
    ("letter.docx", files.office("docx"), "docx", OFFICE_TYPES + "wordprocessingml.document"),
    ("list.xlsx", files.office("xlsx"), "xlsx", OFFICE_TYPES + "spreadsheetml.sheet"),
    ("talk.pptx", files.office("pptx"), "pptx", OFFICE_TYPES + "presentationml.presentation"),
    (
        "chart.docx",
        files.office("docx", {"word/embeddings/book.xlsx": files.office("xlsx")}),
        "docx",
        OFFICE_TYPES + "wordprocessingml.document",
    ),
    (
        "links.docx",
        files.office(
            "docx",
            {"word/_rels/document.xml.rels": files.relationships("hyperlink", "https://a.example")},
        ),
        "docx",
        OFFICE_TYPES + "wordprocessingml.document",
    ),
    (
        "printed.xlsx",
        files.office("xlsx", {"xl/printerSettings/printerSettings1.bin": b"\0\1printer"}),
        "xlsx",
        OFFICE_TYPES + "spreadsheetml.sheet",
    ),
    ("list.csv", "氏名,金額\n山田,100\n".encode(), "csv", "text/csv"),
    ("list.csv", "氏名,金額\n髙橋,100\n".encode("cp932"), "csv", "text/csv"),
    ("list.csv", "\ufeff氏名\n".encode("utf-16"), "csv", "text/csv"),
    ("list.csv", b"MZ,BZh,a\n1,2,3\n", "csv", "text/csv"),
    ("memo.txt", "覚え書き".encode(), "txt", "text/plain"),
    ("data.json", b'{"a": [1, 2]}', "json", "application/json"),
    ("data.xml", '<?xml version="1.0"?><a>値</a>'.encode(), "xml", "application/xml"),
    (
        "set.zip",
        files.archive({"図面/a.pdf": files.pdf(), "b.dxf": b"0\nSECTION\n"}),
        "zip",
        "application/zip",
    ),
    (
        "mac.zip",
        files.archive({"a.txt": b"x", "__MACOSX/._a.txt": b"\0\5\x16\7"}),
        "zip",
        "application/zip",
    ),
    ("set.zip", files.archive({"book.xlsx": files.office("xlsx")}), "zip", "application/zip"),
]

REFUSED = [
    ("empty.pdf", b"", "file_empty"),
    ("program.exe", files.program(), "executable"),
    ("program.pdf", files.program(), "executable"),
    ("program.pdf", b"\x7fELF" + bytes(60), "executable"),
    ("plan\u202efdp.exe", files.pdf(), "executable"),
    ("run.js", b"alert(1)", "executable"),
    ("page.html", b"<html>", "executable"),
    ("icon.svg", b"<svg onload='x'/>", "executable"),
    ("music.mp3", b"ID3" + bytes(50), "type_not_accepted"),
    ("noending", b"plain text", "type_not_accepted"),
    ("plan.pdf", files.png(), "type_mismatch"),
    ("plan.pdf", b"hello", "type_mismatch"),
    ("plan.pdf", b"<!DOCTYPE html><html>", "type_mismatch"),
    ("photo.png", files.jpeg(), "type_mismatch"),
    ("photo.jpg", b"GIF89a" + bytes(40), "type_mismatch"),
    ("list.xlsx", files.office("docx"), "type_mismatch"),
    ("list.xlsx", files.archive({"a.txt": b"x"}), "type_mismatch"),
    ("list.zip", files.office("xlsx"), "type_mismatch"),
    ("list.csv", files.office("xlsx"), "type_mismatch"),
    ("list.csv", b"<html><script>alert(1)</script>", "type_mismatch"),
    ("list.csv", b"a,b\0c", "unreadable_text"),
    ("list.csv", b"\xff\x80\x81,b", "unreadable_text"),
    ("data.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "outside_links"),
    ("data.xml", b"<a><b></a>", "broken"),
    ("data.xml", b"<a>" * 300 + b"</a>" * 300, "broken"),
    ("data.json", b'{"a": ', "broken"),
    ("data.json", b"[" * 100_000, "broken"),
    ("old.xls", files.OLE + bytes(600), "legacy_office"),
    ("old.xlsx", files.OLE + bytes(600), "legacy_office"),
    ("old.pdf", files.OLE + bytes(600), "type_mismatch"),
    ("secret.docx", files.OLE + bytes(100) + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
    ("secret.pdf", files.encrypted_pdf(user="himitsu"), "encrypted"),
    ("secret.zip", files.encrypted_archive(), "encrypted"),
    ("macro.xlsm", files.office("xlsx"), "macros"),
    ("macro.xlsx", files.office("xlsx", {"xl/vbaProject.bin": b"x"}), "macros"),
    (
        "macro.docx",
        files.office("docx", declared="application/vnd.ms-word.document.macroEnabled.main+xml"),
        "macros",
    ),
    ("active.docx", files.office("docx", {"word/activeX/activeX1.xml": b"<a/>"}), "macros"),
    (
        "package.docx",
        files.office(
            "docx",
            {"word/embeddings/oleObject1.bin": files.OLE + "\1Ole10Native".encode("utf-16-le")},
        ),
        "macros",
    ),
    (
        "inner.docx",
        files.office(
            "docx", {"word/embeddings/a.xlsx": files.office("xlsx", {"xl/vbaProject.bin": b"x"})}
        ),
        "macros",
    ),
    (
        "template.docx",
        files.office(
            "docx",
            {
                "word/_rels/settings.xml.rels": files.relationships(
                    "attachedTemplate", "https://evil.example/t.dotm"
                )
            },
        ),
        "outside_links",
    ),
    ("script.pdf", files.pdf_script(), "scripted_pdf"),
    ("script.pdf", files.pdf_field_script(), "scripted_pdf"),
    ("launch.pdf", files.pdf_launch(), "scripted_pdf"),
    ("dynamic.pdf", files.pdf_dynamic(), "dynamic_pdf"),
    ("carrier.pdf", files.pdf_attaching("setup.exe"), "executable"),
    ("cut.pdf", files.pdf(5)[:-200], "broken"),
    ("cut.png", files.png()[:-6], "broken"),
    ("cut.png", files.png()[:40], "broken"),
    ("double.png", files.png() + b"PK\x03\x04", "broken"),
    ("flipped.png", files.png().replace(b"IDAT", b"IDAU"), "broken"),
    ("cut.jpg", files.jpeg()[:-4], "broken"),
    ("double.jpg", files.jpeg(tail=files.archive({"a.txt": b"x"})), "broken"),
    ("double.jpg", files.jpeg(tail=b"\0\0" + files.program()), "broken"),
    ("double.pdf", files.pdf() + files.archive({"a.txt": b"x"}), "broken"),
    ("cut.jpg", files.jpeg()[:30], "broken"),
    ("huge.png", files.png(60_000, 60_000), "image_too_large"),
    ("huge.jpg", files.jpeg(60_000, 60_000), "image_too_large"),
    ("cut.zip", files.archive({"a.txt": b"x" * 500})[:-30], "broken"),
    (
        "bad.zip",
        files.archive({"a.txt": b"hello there"}, zipfile.ZIP_STORED).replace(
            b"hello there", b"jello there"
        ),
        "broken",
    ),
    ("two.zip", b"%PDF-1.7\n" + files.archive({"a.txt": b"x"}), "type_mismatch"),
    ("overlap.zip", files.overlapping_archive(), "broken"),
    ("bomb.zip", files.archive({"a.txt": BIG}), "unpacks_too_large"),
    ("bomb.docx", files.office("docx", {"word/media/a.png": BIG}), "unpacks_too_large"),
    (
        "many.zip",
        files.archive({f"{number}.txt": b"" for number in range(2001)}),
        "too_many_entries",
    ),
    ("nested.zip", files.archive({"inner.zip": files.archive({"a.txt": b"x"})}), "nested_archive"),
    ("nested.zip", files.archive({"inner.dat": b"Rar!\x1a\x07\0" + bytes(20)}), "nested_archive"),
    ("slip.zip", files.archive({"../../etc/cron.d/x": b"x"}), "unsafe_entry_name"),
    ("slip.zip", files.archive({"..\\x.txt": b"x"}), "unsafe_entry_name"),
    ("slip.zip", files.archive({"/etc/passwd": b"x"}), "unsafe_entry_name"),
    ("slip.zip", files.archive({"C:/x.txt": b"x"}), "unsafe_entry_name"),
    ("link.zip", files.link_archive(), "unsafe_entry_name"),
    ("twice.zip", files.archive({"a.txt": b"x", "A.TXT": b"y"}), "unsafe_entry_name"),
    ("carrier.zip", files.archive({"docs/setup.exe": b"anything"}), "executable"),
    ("carrier.zip", files.archive({"setup.dat": files.program()}), "executable"),
    ("carrier.zip", files.archive({"a.pdf": files.program()}), "executable"),
    ("carrier.zip", files.archive({"a.pdf": files.pdf_script()}), "scripted_pdf"),
    (
        "carrier.zip",
        files.archive({"a.xlsx": files.office("xlsx", {"xl/vbaProject.bin": b"x"})}),
        "macros",
    ),
    ("carrier.zip", files.archive({"a.pdf": files.png()}), "type_mismatch"),
]


def names(cases: list[tuple[Any, ...]]) -> list[str]:
    return [f"{case[0]}-{case[2]}".encode("ascii", "replace").decode() for case in cases]


@pytest.mark.parametrize(("name", "content", "kind", "media_type"), ACCEPTED, ids=names(ACCEPTED))
def test_accepts(name: str, content: bytes, kind: str, media_type: str) -> None:
    verdict = inspect_bytes(content, name, ALL)
    assert (verdict.kind, verdict.media_type) == (kind, media_type)


@pytest.mark.parametrize(("name", "content", "code"), REFUSED, ids=names(REFUSED))
def test_refuses(name: str, content: bytes, code: str) -> None:
    with pytest.raises(Refusal) as caught:
        inspect_bytes(content, name, ALL)
    assert caught.value.code == code
    message = refused(caught.value, name).message
    assert all("{" not in text for text in message.values())


def test_only_the_kinds_a_field_accepts() -> None:
    with pytest.raises(Refusal) as caught:
        inspect_bytes(files.png(), "a.png", ("pdf", "jpg"))
    assert caught.value.code == "type_not_accepted"
    assert caught.value.params["accepted"] == "pdf, jpeg"
    assert inspect_bytes(files.jpeg(), "a.jpeg", ("pdf", "jpg")).kind == "jpeg"
    with pytest.raises(Refusal):
        inspect_bytes(files.png(), "a.png", ("heic",))


def test_a_name_without_ending_gets_the_one_of_its_content() -> None:
    assert inspect_bytes(files.pdf(), "計画書", ("pdf",)).name == "計画書.pdf"


def test_names_in_shift_jis_archives_are_read_as_their_maker_wrote_them() -> None:
    made = files.archive({"x" * 8: files.program()}, zipfile.ZIP_STORED)
    made = made.replace(b"x" * 8, "設計図".encode("cp932") + b".d")
    with pytest.raises(Refusal) as caught:
        inspect_bytes(made, "a.zip", ALL)
    assert caught.value.params["name"] == "設計図.d"


def test_a_size_that_lies_is_found_out() -> None:
    made = bytearray(files.archive({"a.txt": bytes(100_000)}))
    directory = made.find(b"PK\x01\x02")
    made[directory + 24 : directory + 28] = (10).to_bytes(4, "little")
    with pytest.raises(Refusal) as caught:
        inspect_bytes(bytes(made), "a.zip", ALL)
    assert caught.value.code == "broken"


def outcome(content: bytes, name: str) -> str:
    try:
        inspect_bytes(content, name, ALL)
    except Refusal as refusal:
        return refusal.code
    return "kept"


ENDINGS = ["pdf", "png", "jpg", "zip", "docx", "xlsx", "csv", "txt", "xml", "json", "", "bin"]
HEADS = [b"", b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"PK\x03\x04", files.OLE]
WHOLE = [files.pdf(), files.png(), files.jpeg(), files.office("xlsx"), files.archive({"a": b"b"})]


@settings(max_examples=400, deadline=None)
@given(st.binary(max_size=600), st.sampled_from(HEADS), st.sampled_from(ENDINGS))
def test_no_bytes_crash_it(tail: bytes, head: bytes, ending: str) -> None:
    assert outcome(head + tail, f"a.{ending}") in {"kept", *MESSAGES.keys()}


@settings(max_examples=400, deadline=None)
@given(st.data(), st.sampled_from(WHOLE), st.sampled_from(["pdf", "png", "jpg", "xlsx", "zip"]))
def test_no_damage_crashes_it(data: st.DataObject, whole: bytes, ending: str) -> None:
    changed = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 8))):
        changed[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    assert outcome(bytes(changed), f"a.{ending}") in {"kept", *MESSAGES.keys()}


def test_real_workbooks_pass() -> None:
    from openpyxl import Workbook
    from openpyxl.chart import BarChart, Reference

    book = Workbook()
    sheet = book.active
    for row in range(1, 2000):
        sheet.append([row, "ああああ", None, 0])
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=1, min_row=1, max_row=20))
    sheet.add_chart(chart, "F1")
    sheet["B1"].hyperlink = "https://www.example.jp/"
    out = io.BytesIO()
    book.save(out)
    assert inspect_bytes(out.getvalue(), "名簿.xlsx", ALL).kind == "xlsx"
