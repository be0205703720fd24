"""Without a Japanese font no letter leaves the house; one odd character does not stop a letter."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from madoguchi.documents.service import html_to_pdf

WESTERN = Path("/usr/share/fonts/truetype/dejavu")
CONFIG = (
    '<?xml version="1.0"?><fontconfig><dir>{dir}</dir><cachedir>{cache}</cachedir></fontconfig>'
)


def set_with_western_fonts(html: str, folder: Path) -> dict[str, object]:
    config = folder / "fonts.conf"
    config.write_text(CONFIG.format(dir=WESTERN, cache=folder / "cache"))
    body = html.encode()
    order = json.dumps({"length": len(body)}).encode() + b"\n" + body
    done = subprocess.run(
        [sys.executable, "-m", "madoguchi.documents.letters.child"],
        input=order,
        capture_output=True,
        env={**os.environ, "FONTCONFIG_FILE": str(config)},
        check=True,
    )
    answer: dict[str, object] = json.loads(done.stdout.partition(b"\n")[0])
    return answer


@pytest.mark.skipif(not WESTERN.is_dir(), reason=f"no fonts at {WESTERN}")
def test_no_letter_without_a_japanese_font(tmp_path: Path) -> None:
    answer = set_with_western_fonts("<p>許可する。</p>", tmp_path)
    assert "fonts-noto-cjk" in str(answer["failed"])
    assert "failed" not in set_with_western_fonts("<p>Permitted.</p>", tmp_path)


async def test_one_odd_character_does_not_stop_a_letter() -> None:
    pdf = await html_to_pdf('<html lang="ja"><p>外字\ue000と𠮷と\U0001faf6を含む</p></html>')
    assert pdf.startswith(b"%PDF-")
