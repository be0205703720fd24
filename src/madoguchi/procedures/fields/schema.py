"""Values to JSON Schema 2020-12: what a filed answer looks like on the wire."""

from madoguchi.procedures.fields.field import Field

Schema = dict[str, object]


def text(field: Field) -> Schema:
    """A string within the field's length."""
    longest = field.spec.max_length or (4000 if field.type == "longtext" else 200)
    result: Schema = {
        "type": "string",
        "minLength": field.spec.min_length or 1,
        "maxLength": longest,
    }
    if field.spec.pattern:
        result["pattern"] = f"^(?:{field.spec.pattern})$"
    return result


def email(field: Field) -> Schema:
    """An e-mail address."""
    return {"type": "string", "format": "email", "maxLength": 254}


def telephone(field: Field) -> Schema:
    """Digits and hyphens, perhaps with a country code."""
    return {"type": "string", "pattern": r"^\+?[0-9][0-9-]{8,18}$"}


def postal_code(field: Field) -> Schema:
    """Seven digits without hyphen."""
    return {"type": "string", "pattern": "^[0-9]{7}$"}


def corporate_number(field: Field) -> Schema:
    """Thirteen digits; the check digit is beyond what a schema can say."""
    return {"type": "string", "pattern": "^[1-9][0-9]{12}$"}


def integer(field: Field) -> Schema:
    """A JSON integer."""
    return {"type": "integer"}


def decimal(field: Field) -> Schema:
    """A decimal number as a string: JSON numbers would pass through binary floating point."""
    return {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"}


def day(field: Field) -> Schema:
    """A calendar day, 2026-04-01."""
    return {"type": "string", "format": "date"}


def clock(field: Field) -> Schema:
    """A time of day in Japan, 15:05 (RFC 3339 would want an offset, which no time of day has)."""
    return {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$"}


def moment(field: Field) -> Schema:
    """A moment with its offset, 2026-04-01T15:05:00+09:00."""
    return {"type": "string", "format": "date-time"}


def duration(field: Field) -> Schema:
    """A length of time, PT1H30M."""
    return {"type": "string", "format": "duration"}


def year_month(field: Field) -> Schema:
    """A month, 2026-04."""
    return {"type": "string", "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])$"}


def boolean(field: Field) -> Schema:
    """true or false."""
    return {"type": "boolean"}


def pledge(field: Field) -> Schema:
    """A pledge that is filed has been given."""
    return {"const": True}


def choice(field: Field) -> Schema:
    """One of the option keys."""
    return {"enum": list(field.spec.options or {})}


def multichoice(field: Field) -> Schema:
    """A set of option keys."""
    return {"type": "array", "items": choice(field), "uniqueItems": True, "minItems": 1}


def points(field: Field) -> Schema:
    """JSON Pointers into the filing."""
    return {"type": "array", "items": {"type": "string", "format": "json-pointer"}}
