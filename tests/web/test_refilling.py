"""Filling a form again on a finished page."""

from madoguchi.web.refilling import Typed, refilled

PAGE = """<p>ä <b>x</b></p>
<form method="post" action="/other"><input name="/name" value="theirs"></form>
<form method="post" action="/here?x=1">
<input type="hidden" name="id" value="page"><input type="password" name="/secret" value="">
<input class="a" name="/name" type="text" value="" aria-label="&quot;名前&quot;" readonly>
<input name="/name" value="old"> <input name="/name" value="">
<textarea name="/why">
old &amp; <b>text</b></textarea>
<input type="checkbox" name="/powers" value="file" checked><input type="checkbox" name="/powers" value="look">
<select name="/role"><option value="">?</option><option value="staff" selected>S</option><option value="chief">C</option></select>
<input type="file" name="/file"><button name="go" value="1">送る</button>
</form>
<script>const form = "<input name='/name'>";</script>"""


def test_the_controls_of_the_form_and_nothing_else_are_filled() -> None:
    sent = {
        "/name": ["港 <一郎>\"'", "二"], "/why": ["</textarea><script>"], "/powers": ["look"],
        "/role": ["chief"], "/secret": ["s"], "/file": ["f"], "id": ["forged"], "go": ["2"],
    }  # fmt: skip
    made = refilled(PAGE, Typed("/page", "/here", sent))
    expected = (
        PAGE.replace('value="old"', 'value="港 &lt;一郎&gt;&quot;&#x27;"')
        .replace('<input name="/name" value="">', '<input name="/name" value="二">')
        .replace(
            "\nold &amp; <b>text</b></textarea>", "\n&lt;/textarea&gt;&lt;script&gt;</textarea>"
        )
        .replace('value="file" checked', 'value="file"')
        .replace('value="look"', 'value="look" checked')
        .replace('value="staff" selected', 'value="staff"')
        .replace('value="chief"', 'value="chief" selected')
    )
    assert made == expected


def test_a_page_without_the_form_stays_as_it_is() -> None:
    other = Typed("/page", "/elsewhere", {"/name": ["x"]})
    assert refilled(PAGE, other) == PAGE
    assert refilled("", other) == ""


def test_a_form_without_an_action_is_sent_to_its_page() -> None:
    page = '<form method="post"><input name="/a" value=""></form>'
    assert 'value="x"' in refilled(page, Typed("/page", "/page", {"/a": ["x"]}))
    assert refilled(page, Typed("/page", "/other", {"/a": ["x"]})) == page
