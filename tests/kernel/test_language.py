"""Texts in both languages and the errors that carry them."""

from pathlib import Path

import pytest

from madoguchi.kernel.errors import DomainError
from madoguchi.kernel.language import Texts, TextsError, pick


@pytest.mark.parametrize(
    ("text", "language", "picked"),
    [
        ({"ja": "窓口", "en": "Counter"}, "en", "Counter"),
        ({"ja": "窓口"}, "en", "窓口"),
        ({"en": "Counter"}, "ja", "Counter"),
        ({"ja": "", "en": "Counter"}, "ja", "Counter"),
        ({"fr": "Guichet"}, "ja", "Guichet"),
        ({}, "ja", ""),
        (None, "ja", ""),
        ("窓口", "en", "窓口"),
    ],
)
def test_pick(text: dict[str, str] | str | None, language: str, picked: str) -> None:
    assert pick(text, language) == picked


def catalogue(folder: Path, *files: str) -> Texts:
    paths = []
    for number, content in enumerate(files):
        paths.append(folder / f"{number}.toml")
        paths[-1].write_text(content, encoding="utf-8")
    return Texts.load(paths)


def test_texts_are_filled_in(tmp_path: Path) -> None:
    texts = catalogue(
        tmp_path,
        '[greeting]\nja="{name}様"\nen="Dear {name}"',
        '[form.save]\nja="保存"\nen="Save"',
    )
    assert texts.t("greeting", "ja", name="山田") == "山田様"
    assert texts.t("greeting", "en", name="{evil}") == "Dear {evil}"
    assert texts.t("greeting", "en") == "Dear {name}"
    assert texts.t("form.save", "en") == "Save"
    assert texts.keys() == {"greeting", "form.save"}


def test_an_unknown_key_is_shown_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    assert Texts().t("no.such", "ja") == "no.such"
    assert "no.such" in caplog.text


@pytest.mark.parametrize(
    ("files", "fault"),
    [
        (['[a]\nja="あ"'], "0.toml: a: has no text in en"),
        (['[a]\nja="あ"\nen=" "'], "no text in en"),
        (['[a]\nja="{x}"\nen="{y}"'], "other placeholders"),
        (['[a]\nja="{x"\nen="b"'], "faulty placeholder"),
        (['[a]\nja="あ"\nen="a"'] * 2, "1.toml: a: is defined twice"),
        (['a="b"'], "no text in ja, en"),
        (["[a"], "0.toml"),
    ],
)
def test_faults_are_found_when_loading(tmp_path: Path, files: list[str], fault: str) -> None:
    with pytest.raises(TextsError, match=fault.replace(".", r"\.")):
        catalogue(tmp_path, *files)


def test_an_error_carries_both_languages() -> None:
    error = DomainError(
        "too_large", 413, {"ja": "{limit}まで", "en": "Up to {limit}"}, {"limit": "5 MB"}, ("/a",)
    )
    assert error.message == {"ja": "5 MBまで", "en": "Up to 5 MB"}
    assert (error.code, error.status, error.pointers) == ("too_large", 413, ("/a",))
    assert str(error) == "too_large: Up to 5 MB"


@pytest.mark.parametrize("template", ["{", "}", "{0}", "{a.b}", "{a[0]}", "{a!z}", "{:>x}"])
def test_a_faulty_template_never_hides_its_message(template: str) -> None:
    assert DomainError("c", 400, {"ja": template}, {"a": 1}).message["ja"]
