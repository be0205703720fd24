"""Rows of the simple list of procurements (調達情報の簡易CSV): six columns, one order a row."""

from collections.abc import Mapping

from madoguchi.registry.activities.figures import whole_in
from madoguchi.registry.activities.kinds import PROCUREMENT
from madoguchi.registry.activities.published import Published, key_of, number_in

COLUMNS = (
    "date_of_order",
    "title",
    "amount",
    "government_departments",
    "joint_signatures",
    "corporate_number",
)


def read_row(row: Mapping[str, str]) -> Published:
    """An order from {column: text}. BadRow for a row without a proper number."""
    number = number_in(row.get("corporate_number"))
    given = [row.get(name) or "" for name in COLUMNS]
    day, title, amount, department, joint, _ = given
    return Published(
        kind=PROCUREMENT,
        number=number,
        key=key_of(number, "", *given),
        title=title,
        day=day,
        amount=amount,
        department=department,
        target="",
        updated="",
        data={
            "title": title or None,
            "amount": whole_in(amount),
            "date_of_order": day or None,
            "government_departments": department or None,
            "joint_signatures": [name for name in joint.split("\n") if name] or None,
            "note": None,
        },
        details={},
    )
