"""Cursors: opaque, signed, right on both databases."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from madoguchi.web.models import IdempotencyKey
from madoguchi.web.paging import (
    CursorError,
    Page,
    after,
    link_header,
    make_cursor,
    page_of,
    read_cursor,
)

VALUES = st.lists(
    st.one_of(
        st.text(max_size=20).filter(lambda text: text.isprintable()),
        st.integers(-(2**53), 2**53),
        st.none(),
        st.dates(),
        st.datetimes(timezones=st.just(UTC)),
    ),
    max_size=4,
)


@given(VALUES)
def test_a_cursor_gives_back_its_values(values):
    cursor = make_cursor("s", "list", values)
    assert read_cursor("s", "list", cursor) == tuple(values)
    assert cursor.replace("-", "").replace("_", "").isalnum()
    for secret, name in (("s", "other"), ("t", "list")):
        with pytest.raises(CursorError):
            read_cursor(secret, name, cursor)


@given(st.text(max_size=200))
def test_what_is_no_cursor_is_refused(text):
    with pytest.raises(CursorError):
        read_cursor("s", "list", text)


def test_every_changed_character_is_found():
    cursor = make_cursor("s", "list", ["2026-04-01", 7])
    for place, character in enumerate(cursor[:-1]):
        changed = cursor[:place] + ("A" if character != "A" else "B") + cursor[place + 1 :]
        with pytest.raises(CursorError):
            read_cursor("s", "list", changed)


def test_a_float_is_no_cursor_value():
    with pytest.raises(TypeError):
        make_cursor("s", "list", [1.5])


def test_a_cursor_with_another_number_of_values_is_refused():
    with pytest.raises(CursorError):
        after([IdempotencyKey.actor], ("a", "b"))


@pytest.mark.parametrize("descending", [False, True])
async def test_walking_a_list_meets_every_row_once(database, descending):
    at = [datetime(2026, 4, day, tzinfo=UTC) for day in (1, 1, 1, 2, 2, 3, 4)]
    async with database.session() as session:
        for number, moment in enumerate(at):
            session.add(IdempotencyKey(actor="a", key=f"k{number}", request="", created_at=moment))
        await session.commit()
    columns = [IdempotencyKey.created_at, IdempotencyKey.key]
    order = [column.desc() if descending else column for column in columns]
    met, cursor = [], None
    async with database.reading() as session:
        for _ in range(10):
            query = select(IdempotencyKey).order_by(*order).limit(3)
            if cursor:
                values = read_cursor("s", "keys", cursor)
                query = query.where(after(columns, values, descending=descending))
            rows = list(await session.scalars(query))
            page = page_of(rows, 2, "s", "keys", lambda row: (row.created_at, row.key))
            met += [row.key for row in page.items]
            cursor = page.next
            if cursor is None:
                break
    expected = [f"k{number}" for number in range(7)]
    assert met == (expected[::-1] if descending else expected)


def test_link_header():
    assert link_header("/x", Page([1])) == {}
    assert link_header("/x?a=1", Page([1], "c")) == {"Link": '</x?a=1&cursor=c>; rel="next"'}
    assert isinstance(read_cursor("s", "l", make_cursor("s", "l", [date(2026, 4, 1)]))[0], date)
