"""Files as people and attackers send them, made here: nothing binary is kept."""

import io
import struct
import zipfile
import zlib

import pikepdf

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def pdf(pages: int = 1) -> bytes:
    with pikepdf.new() as document:
        for _ in range(pages):
            document.add_blank_page()
        return saved(document)


def saved(document: pikepdf.Pdf, **options: object) -> bytes:
    out = io.BytesIO()
    document.save(out, **options)  # type: ignore[arg-type]
    return out.getvalue()


def encrypted_pdf(user: str, owner: str = "owner") -> bytes:
    with pikepdf.new() as document:
        document.add_blank_page()
        return saved(document, encryption=pikepdf.Encryption(user=user, owner=owner))


def pdf_with(change: object) -> bytes:
    with pikepdf.new() as document:
        document.add_blank_page()
        change(document)  # type: ignore[operator]
        return saved(document)


def pdf_script() -> bytes:
    def change(document: pikepdf.Pdf) -> None:
        document.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")

    return pdf_with(change)


def pdf_field_script() -> bytes:
    def change(document: pikepdf.Pdf) -> None:
        field = pikepdf.Dictionary(
            Subtype=pikepdf.Name.Widget,
            AA=pikepdf.Dictionary(
                K=pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="AFNumber_Keystroke()")
            ),
        )
        document.pages[0].obj.Annots = pikepdf.Array([field])

    return pdf_with(change)


def pdf_launch() -> bytes:
    def change(document: pikepdf.Pdf) -> None:
        action = pikepdf.Dictionary(S=pikepdf.Name.Launch, F="cmd.exe")
        document.pages[0].obj.AA = pikepdf.Dictionary(O=action)

    return pdf_with(change)


def pdf_dynamic() -> bytes:
    def change(document: pikepdf.Pdf) -> None:
        document.Root.NeedsRendering = True

    return pdf_with(change)


def pdf_attaching(name: str) -> bytes:
    def change(document: pikepdf.Pdf) -> None:
        document.attachments[name] = b"content"

    return pdf_with(change)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int = 2, height: int = 2) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    data = zlib.compress(b"\0\0\0" * 2)
    signature = b"\x89PNG\r\n\x1a\n"
    return signature + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def jpeg(width: int = 8, height: int = 8, tail: bytes = b"") -> bytes:
    def segment(marker: int, data: bytes) -> bytes:
        return bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data

    frame = struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\x00"
    scan = segment(0xDA, b"\x01\x01\x00\x00\x3f\x00") + b"\x12\xff\x00\x34\xff\xd0\x56"
    start = b"\xff\xd8" + segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0")
    return start + segment(0xDB, bytes(65)) + segment(0xC0, frame) + scan + b"\xff\xd9" + tail


def archive(entries: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as made:
        for name, content in entries.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = method
            made.writestr(info, content)
    return out.getvalue()


def encrypted_archive() -> bytes:
    """An archive whose entry says it is encrypted (general purpose flag, bit 0)."""
    made = bytearray(archive({"a.txt": b"secret"}, zipfile.ZIP_STORED))
    made[6] |= 1
    made[made.find(b"PK\x01\x02") + 8] |= 1
    return bytes(made)


def link_archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        info = zipfile.ZipInfo("link")
        info.create_system = 3
        info.external_attr = 0o120777 << 16
        made.writestr(info, "/etc/passwd")
    return out.getvalue()


def overlapping_archive() -> bytes:
    """Two directory entries that point at the same content: how Fifield's bomb begins."""
    made = archive({"a.txt": b"x" * 1000, "b.txt": b"y" * 1000}, zipfile.ZIP_STORED)
    second = made.rfind(b"PK\x01\x02")
    return made[: second + 42] + struct.pack("<I", 0) + made[second + 46 :]


_MAIN = {
    "docx": ("word/document.xml", "wordprocessingml.document.main+xml"),
    "xlsx": ("xl/workbook.xml", "spreadsheetml.sheet.main+xml"),
    "pptx": ("ppt/presentation.xml", "presentationml.presentation.main+xml"),
}
_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
    'content-types"><Override PartName="/{part}" ContentType="{type}"/></Types>'
)


def office(kind: str, more: dict[str, bytes] | None = None, declared: str | None = None) -> bytes:
    part, main = _MAIN[kind]
    declared = declared or f"application/vnd.openxmlformats-officedocument.{main}"
    types = _TYPES.format(part=part, type=declared)
    return archive({"[Content_Types].xml": types.encode(), part: b"<document/>", **(more or {})})


def relationships(kind: str, target: str) -> bytes:
    return (
        '<?xml version="1.0"?><Relationships><Relationship Id="r1" '
        f'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" '
        f'Target="{target}" TargetMode="External"/></Relationships>'
    ).encode()


def program() -> bytes:
    return b"MZ\x90\x00\x03\x00\x00\x00" + bytes(100)
