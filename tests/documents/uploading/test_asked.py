"""What the door reads of a form is what the ordinary reader of forms reads."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madoguchi.documents.uploading.asked import only_file
from madoguchi.web.multipart import read_multipart

KIND = "multipart/form-data; boundary=cut"
HEAD = b'Content-Disposition: form-data; name="file"; filename="a.pdf"\r\nContent-Type: x/y'


def form(head: bytes, content: bytes, end: bytes = b"--\r\n") -> bytes:
    return b"--cut\r\n" + head + b"\r\n\r\n" + content + b"\r\n--cut" + end


def ordinary(body: bytes) -> tuple[str, bytes]:
    """Name and content of the only thing in a form."""

    async def once() -> AsyncIterator[bytes]:
        yield body

    async def read() -> tuple[str, bytes]:
        sent = await read_multipart(once(), b"cut")
        assert not sent.fields
        ((sent_as, (file,)),) = sent.files.items()
        assert sent_as == "file"
        found = (file.filename, file.read())
        sent.close()
        return found

    return asyncio.run(read())


@pytest.mark.parametrize(
    "head",
    [
        HEAD,
        HEAD.partition(b"\r\n")[0],
        b'content-disposition:form-data; filename="C:\\\\x\\\\a.pdf"; name=file',
        'Content-Disposition: form-data; name="file"; filename="計画.pdf"'.encode(),
    ],
)
@pytest.mark.parametrize("content", [b"x", b"\r\n", b"--cut", b"\r\n--cu\r\n--t", bytes(5_000)])
@pytest.mark.parametrize("end", [b"--\r\n", b"--"])
def test_one_file_is_read_as_ever(head: bytes, content: bytes, end: bytes) -> None:
    body = form(head, content, end)
    found = only_file(KIND, body)
    assert found is not None
    assert found == ordinary(body)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (KIND, b""),
        (KIND, b"--cut--\r\n"),
        (KIND, b"--cut\r\n\r\nx\r\n--cut--"),
        (KIND, form(HEAD, b"x")[:-4]),
        (KIND, form(HEAD, b"x") + b"more"),
        (KIND, form(HEAD, b"x", b"\r\n") + form(HEAD, b"y")[5:]),
        (KIND, form(HEAD, b"x\r\n--cut\r\ny")),
        (KIND, form(HEAD, b"x\r\n--cut--\r\ny")),
        (KIND, b"before\r\n" + form(HEAD, b"x")),
        (KIND, form(HEAD + b"\r\nContent-Transfer-Encoding: base64", b"eA==")),
        (KIND, form(HEAD + b"\r\n folded", b"x")),
        (KIND, form(HEAD + b"\r\n" + HEAD, b"x")),
        (KIND, form(HEAD.replace(b"file", b"plan"), b"x")),
        (KIND, form(b'Content-Disposition: form-data; name="file"', b"x")),
        (KIND, form(b'Content-Disposition: form-data; name="file"; filename=""', b"x")),
        (KIND, form(b"Content-Disposition: form-data; name=file; filename*=UTF-8''a.pdf", b"x")),
        (KIND, form(b'Content-Disposition: form-data; name="file"; filename="\xff"', b"x")),
        ("multipart/form-data", form(HEAD, b"x")),
        ("multipart/mixed; boundary=cut", form(HEAD, b"x")),
        ("", form(HEAD, b"x")),
        ("multipart/form-data; boundary=other", form(HEAD, b"x")),
    ],
)
def test_any_other_form_is_left_to_the_ordinary_way(kind: str, body: bytes) -> None:
    assert only_file(kind, body) is None


PIECES = st.sampled_from(
    [b"--cut", b"\r\n", b"\r", b"\n", b"-", b"--", b":", b" ", b";", b'"', b"=", b"x", b"\xff"]
) | st.sampled_from(
    [
        b"Content-Disposition: form-data",
        b'name="file"',
        b'filename="a.pdf"',
        b"Content-Type: a/b",
        HEAD,
        b"\r\n\r\n",
        b"\r\n--cut--\r\n",
        b"--cut\r\n",
    ]
)


@given(st.lists(PIECES, max_size=12), st.lists(PIECES, max_size=8), st.lists(PIECES, max_size=3))
@settings(deadline=None)
def test_whatever_the_door_reads_the_ordinary_reader_reads_too(
    head: list[bytes], content: list[bytes], after: list[bytes]
) -> None:
    for top in (HEAD, b"".join(head)):
        body = form(top, b"".join(content), b"--" + b"".join(after))
        found = only_file(KIND, body)
        assert found is None or found == ordinary(body)
