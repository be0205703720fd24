"""Reading forms: what arrives, what is refused, what is dropped."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.web.form_input import LONGEST_FILE_NAME, MOST_FIELDS, clean_filename, field_text
from tests.web.app import client, make_app

APP = make_app()
URLENCODED = {"content-type": "application/x-www-form-urlencoded"}
MULTIPART = {"content-type": "multipart/form-data; boundary=B"}


async def post(content: bytes, headers: dict[str, str]):
    async with client(APP) as http:
        return await http.post("/form", content=content, headers=headers)


def part(name: bytes, value: bytes, extra: bytes = b"") -> bytes:
    return (
        b'--B\r\nContent-Disposition: form-data; name="'
        + name
        + b'"'
        + extra
        + b"\r\n\r\n"
        + (value + b"\r\n")
    )


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (b"", {}),
        (b"a=1&a=2&b=", {"a": ["1", "2"], "b": [""]}),
        (b"a=%E7%AA%93%E5%8F%A3+x", {"a": ["窓口 x"]}),
        (b"a=x%00y%07z", {"a": ["xyz"]}),
        (b"a=1%0D%0A2%0D3%0A4%09", {"a": ["1\n2\n3\n4\t"]}),
        (b"&&=&a&%zz=%", {"": [""], "a": [""], "%zz": ["%"]}),
        (b"/site/city=x&a=b=c", {"/site/city": ["x"], "a": ["b=c"]}),
    ],
)
async def test_urlencoded(body, fields):
    answer = await post(body, URLENCODED)
    assert (answer.status_code, answer.json()["fields"]) == (200, fields)


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"a=%ff%fe", URLENCODED, 400),
        (b"\x83\x7f=1", URLENCODED, 400),
        (b"a=1&" * (MOST_FIELDS + 1), URLENCODED, 413),
        (b"x", {"content-type": "text/plain"}, 415),
        (b"x", {}, 415),
        (b"", {}, 200),
        (b"x", {"content-type": "multipart/form-data"}, 400),
        (b"", MULTIPART, 400),
        (b"nonsense", MULTIPART, 400),
        (part(b"a", b"1"), MULTIPART, 400),
        (part(b"a", b"1") + b"--B--", MULTIPART, 200),
        (part(b"a", b"\xff") + b"--B--", MULTIPART, 400),
        (part(b"\xff", b"1") + b"--B--", MULTIPART, 400),
        (b"--B\r\n\r\nno disposition\r\n--B--", MULTIPART, 400),
        (b"--B\r\nContent-Disposition: form-data\r\n\r\nx\r\n--B--", MULTIPART, 400),
        (b"--B\r\nX: " + b"y" * 70_000 + b"\r\n\r\nx\r\n--B--", MULTIPART, 400),
        (b"--B--", {"content-type": "multipart/form-data; boundary=" + "B" * 500}, 400),
    ],
)
async def test_broken_forms_are_refused_clearly(body, headers, status):
    answer = await post(body, headers)
    assert answer.status_code == status, answer.text
    if status == 400:
        assert "読め" in answer.text


async def test_multipart_fields_and_files():
    body = (
        part(b"a", "窓口\0".encode())
        + part(b"a", b"2")
        + part(
            b"f",
            b"\x00\x01",
            '; filename="C:\\doc\\計画.pdf"\r\nContent-Type: application/pdf'.encode(),
        )
        + part(b"f", b"", b'; filename=""\r\nContent-Type: application/octet-stream')
        + part(b"empty", b"", b'; filename=""')
        + b"--B--"
    )
    found = (await post(body, MULTIPART)).json()
    assert found["fields"] == {"a": ["窓口", "2"]}
    assert found["files"] == {"f": [["計画.pdf", 2, "\x00\x01"]]}


async def test_a_large_file_is_spooled_whole():
    async with client(APP) as http:
        answer = await http.post("/form", files={"f": ("big.bin", bytes(range(256)) * 8000)})
    name, size, content = answer.json()["files"]["f"][0]
    assert (name, size) == ("big.bin", 2_048_000)
    assert content.encode("latin-1") == bytes(range(256)) * 8000


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("計画.pdf", "計画.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\x\\y.txt", "y.txt"),
        ("..", ""),
        ("a\u202egnp.exe", "agnp.exe"),
        ("a\0b\nc.txt", "abc.txt"),
        ("か\u3099.txt", "が.txt"),
        ("", ""),
    ],
)
def test_file_names(given_name, kept):
    assert clean_filename(given_name) == kept


@given(st.text(max_size=400))
def test_file_names_are_always_safe(name):
    cleaned = clean_filename(name)
    assert len(cleaned) <= LONGEST_FILE_NAME
    assert not set("/\\\0\n\r") & set(cleaned)
    assert cleaned not in (".", "..")
    cleaned.encode("utf-8")


def test_a_long_name_keeps_its_extension():
    assert clean_filename("あ" * 300 + ".xlsx").endswith("あ.xlsx")


@given(st.text())
def test_text_comes_back_as_it_was_but_for_controls_and_line_ends(text):
    kept = field_text(text.encode("utf-8", "ignore"))
    assert "\0" not in kept
    assert "\r" not in kept
    assert [c for c in kept if c.isprintable()] == [
        c for c in text.encode("utf-8", "ignore").decode() if c.isprintable()
    ]
