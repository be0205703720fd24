"""Evaluating a filing: the one verdict that pages, API, letters and tests all use.

Hidden means absent: a field that is not relevant has no value, no rule reads it and it is not
filed. Rules are pure, so the order in which people answer makes no difference.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from madoguchi.kernel.language import LANGUAGES, Text, pick
from madoguchi.procedures.evaluation import AttachmentState, Evaluation, FeeDue, FileRef
from madoguchi.procedures.fields.answer import to_json
from madoguchi.procedures.fields.display import day
from madoguchi.procedures.fields.field import Fault, Field
from madoguchi.procedures.fields.messages import message
from madoguchi.procedures.package.compiled import Check, Package
from madoguchi.procedures.package.functions import DUPLICATE, look
from madoguchi.procedures.package.renewal import EARLY, LATE, OPEN, last_day_of, window_of
from madoguchi.procedures.package.scope import Environment, names
from madoguchi.procedures.package.spec import AttachmentSpec
from madoguchi.procedures.reading import Answered, Reader, shown_limit

_CHOOSE = frozenset({"choice", "multichoice", "boolean", "entry"})
Attached = Mapping[str, Sequence[FileRef]]


def evaluate(
    package: Package, entered: Mapping[str, object], attached: Attached, environment: Environment
) -> Evaluation:
    """The verdict on what was entered.

    `entered` is JSON as typed in a form or sent to the API: numbers may be strings, dates may be
    和暦; both ways give the same verdict. `attached` maps attachment keys, and pointers of file
    fields, to files. Never raises for what people send.
    """
    context = names(environment)
    context |= dict.fromkeys(package.fields)
    reader = Reader(environment, attached)
    for name in package.order:
        question = package.fields.get(name)
        if question is None:
            context[name] = package.decisions[name](context)
        elif not question.for_officials:
            context[name] = reader.read(question, entered.get(name), f"/{name}", context, None)
    _unknown(package, entered, attached, reader.faults)
    required = judge(reader, context)
    _run_checks(package, context, reader)
    _duplicate(package, context, reader)
    _renewal(package, context, reader)
    attachments = _attachments(package, attached, context, reader)
    authority = _authority(package, context, reader.faults)
    values = {
        name: context[name]
        for name in package.fields
        if f"/{name}" in reader.relevant and context[name] not in (None, [])
    }
    return Evaluation(
        values=values,
        data={name: to_json(package.fields[name], value) for name, value in values.items()},
        relevant=frozenset(reader.relevant),
        required=frozenset(required),
        calculated=frozenset(reader.calculated),
        decisions={name: context[name] for name in package.decisions},
        faults=tuple(reader.faults),
        attachments=attachments,
        fees=_fees(package, context),
        authority=authority,
        via=_via(package, authority, context),
        context=context,
    )


def evaluate_form(
    form: Mapping[str, Field],
    entered: Mapping[str, object],
    context: Mapping[str, object],
    environment: Environment,
) -> tuple[dict[str, object], dict[str, object], list[Fault]]:
    """The verdict on the small form of an action: (values, JSON, faults), pointers under /form."""
    reader = Reader(environment, {})
    inner = {**context, **dict.fromkeys(form)}
    for name, question in form.items():
        inner[name] = reader.read(question, entered.get(name), f"/form/{name}", inner, None)
    for name in entered.keys() - form.keys():
        reader.faults.append(
            Fault(f"/form/{name}", "unknown-field", message("unknown-field", name=name))
        )
    judge(reader, inner, "/form")
    values = {name: inner[name] for name in form if inner[name] is not None}
    return (
        values,
        {name: to_json(form[name], value) for name, value in values.items()},
        reader.faults,
    )


def judge(reader: Reader, context: Mapping[str, object], root: str = "") -> set[str]:
    """Phase two: what is missing, what is out of bounds. Gives the pointers that are required.

    `root` is the pointer under which whole questions stand.
    """
    required: set[str] = set()
    faulty = {fault.pointer for fault in reader.faults}
    given = {answer.pointer for answer in reader.answered if answer.value is not None}
    within = _Within(context)
    for answer in reader.answered:
        question = answer.field
        inner = within.row(answer.row)
        if question.required is not None and question.required(inner) is True:
            parent = answer.pointer.rpartition("/")[0]
            # A part is required only where the whole is required or begun.
            if answer.row is not None or parent == root or parent in required or parent in given:
                required.add(answer.pointer)
                if answer.value is None and answer.pointer not in faulty and not question.calculate:
                    _missing(reader, answer)
        if answer.value is not None:
            _limits(reader, answer, inner)
    return required


class _Within:
    """What a rule of a row sees: its columns first, then everything else. One context is reused."""

    def __init__(self, context: Mapping[str, object]) -> None:
        self._outside = context
        self._inside: dict[str, object] = {}
        self._row: Mapping[str, object] = {}

    def row(self, row: Mapping[str, object] | None) -> Mapping[str, object]:
        """The context of a row, until the next is asked for; of no row, the context outside."""
        if row is None:
            return self._outside
        if row is not self._row:
            if row.keys() != self._row.keys():  # another table: its columns must not stay behind
                self._inside = dict(self._outside)
            self._inside.update(row)
            self._row = row
        return self._inside


def _missing(reader: Reader, answer: Answered) -> None:
    question = answer.field
    if question.parts:
        return  # the required parts follow in `answered` and say for themselves what is missing
    code = _missing_code(question)
    reader.fault(question, answer.pointer, code, **({"min": 1} if code == "missing-rows" else {}))


def _missing_code(question: Field) -> str:
    if question.type in _CHOOSE:
        return "missing-choice"
    return {"table": "missing-rows", "file": "missing-file", "pledge": "pledge"}.get(
        question.type, "missing"
    )


def _limits(reader: Reader, answer: Answered, context: Mapping[str, object]) -> None:
    question, value = answer.field, answer.value
    low = question.minimum(context) if question.minimum is not None else None
    high = question.maximum(context) if question.maximum is not None else None
    if low is None and high is None and question.type != "money":
        return
    codes = ("below-minimum", "above-maximum")
    if isinstance(value, list):
        codes = (
            ("missing-rows", "too-many-rows")
            if question.type == "table"
            else ("too-few", "too-many")
        )
        value = Decimal(len(value))
    elif question.type in ("date", "year_month"):
        codes = ("too-early", "too-late")
    elif question.type in ("time", "datetime"):
        codes = ("too-early-moment", "too-late-moment")
    elif question.type == "money" and low is None:
        low = Decimal(0)
    if low is not None and value < low:  # type: ignore[operator]
        reader.fault(question, answer.pointer, codes[0], min=shown_limit(low))
    if high is not None and value > high:  # type: ignore[operator]
        reader.fault(question, answer.pointer, codes[1], max=shown_limit(high))


def _run_checks(package: Package, context: Mapping[str, object], reader: Reader) -> None:
    faulty: set[str] = set()
    for fault in reader.faults:
        if fault.severity == "error":
            # One mistake is told once: a check about a thing waits until its parts are right.
            steps = fault.pointer.split("/")
            faulty |= {"/".join(steps[:depth]) for depth in range(2, len(steps) + 1)}
    for check in package.checks:
        pointer = f"/{check.field}"
        if pointer not in reader.relevant:
            continue
        if check.column is None:
            at = f"{pointer}/{check.part}" if check.part else pointer
            if at not in faulty and _fails(check, context):
                reader.faults.append(Fault(at, check.id, check.message, check.severity))
            continue
        rows, within = context[check.field], _Within(context)
        for row in rows if isinstance(rows, list) else ():
            at = f"{pointer}/{row['row']}/{check.column}"
            if at not in faulty and at in reader.relevant and _fails(check, within.row(row)):
                reader.faults.append(Fault(at, check.id, check.message, check.severity))


def _duplicate(package: Package, context: Mapping[str, object], reader: Reader) -> None:
    duplicates = package.duplicates
    key = duplicates.key_of(context) if duplicates is not None else ""
    if duplicates is None or not key:
        return
    spec = duplicates.spec
    if look(reader.environment, DUPLICATE, package.id, spec.among, key):
        fault = Fault(f"/{spec.on}", "duplicate", dict(spec.message), spec.severity)
        reader.faults.append(fault)


def _fails(check: Check, context: Mapping[str, object]) -> bool:
    if check.when is not None and check.when(context) is not True:
        return False
    return check.must(context) is False


def _unknown(
    package: Package, entered: Mapping[str, object], attached: Attached, faults: list[Fault]
) -> None:
    for name in entered.keys() - package.fields.keys():
        shown = str(name)[:60]
        pointer = "/" + shown.replace("~", "~0").replace("/", "~1")
        faults.append(Fault(pointer, "unknown-field", message("unknown-field", name=shown)))
    for name in attached.keys() - package.attachments.keys():
        question = package.field_at(name) if name.startswith("/") else None
        if question is None or question.type != "file":
            shown = str(name)[:60]
            faults.append(
                Fault(
                    f"/attachments/{shown}",
                    "unknown-attachment",
                    message("unknown-attachment", name=shown),
                )
            )


def _renewal(package: Package, context: Mapping[str, object], reader: Reader) -> None:
    """Whether the registration may be renewed on the day of filing, as `register.renewal` says."""
    register = package.spec.register_
    if register is None or register.renewal is None or package.about.entry is None:
        return
    entry, spec = context.get(package.about.entry), register.renewal
    until = last_day_of(entry) if isinstance(entry, Mapping) else None
    if until is None:
        return
    window = window_of(spec, until)
    standing = window.standing(reader.environment.filed_on)
    known = reader.environment
    # A case judged later may have been renewed by it since: then its term begins anew.
    if standing == OPEN or (standing == EARLY and known.filed_on < known.today):
        return
    field, pointer = package.fields[package.about.entry], f"/{package.about.entry}"
    days = {"opens": window.opens_on, "closes": window.closes_on, "until": window.valid_until}
    told = {k: {lang: day(field, d, lang) for lang in LANGUAGES} for k, d in days.items()}
    reader.fault(field, pointer, f"renewal-{standing}", **told)
    if standing == LATE and spec.late == "mark":
        reader.faults[-1] = replace(reader.faults[-1], severity="warning")


def _attachments(
    package: Package, attached: Attached, context: Mapping[str, object], reader: Reader
) -> dict[str, AttachmentState]:
    result, faults, environment = {}, reader.faults, reader.environment
    for key, item in package.attachments.items():
        files = tuple(attached.get(key) or ())
        reason = None
        if item.relevant is not None and item.relevant(context) is not True:
            state = "none"
        elif item.omit_when is not None and item.omit_when(context) is True:
            state, reason = "omitted", _why_omitted(item.spec, environment)
        elif item.required is not None and item.required(context) is True:
            state = "required"
        else:
            state = "optional"
        label = dict(item.spec.label)
        pointer = f"/attachments/{key}"
        if state == "required" and not files:
            faults.append(Fault(pointer, "missing-file", message("missing-file", label=label)))
        if len(files) > item.spec.max_files:
            limit = item.spec.max_files
            faults.append(
                Fault(pointer, "too-many-files", message("too-many-files", label=label, max=limit))
            )
        result[key] = AttachmentState(state, label, reason, files if state != "none" else ())
    return result


def _why_omitted(spec: AttachmentSpec, environment: Environment) -> Text:
    """Why a document need not be sent, with the source that took its place and its day."""
    reason = dict(spec.omit_reason or {})
    source = environment.source_of(spec.omit_when or "", "")
    if source is None or source.as_of is None:
        return reason
    told = message("omitted-by", source=source.label, day=shown_limit(source.as_of))
    return {
        language: f"{pick(reason, language)}{pick(told, language)}".strip()
        for language in {**told, **reason}
    }


def _fees(package: Package, context: Mapping[str, object]) -> tuple[FeeDue, ...]:
    due = []
    for fee in package.fees:
        if fee.when is not None and fee.when(context) is not True:
            continue
        amount = fee.amount(context)
        if isinstance(amount, Decimal | int) and amount > 0:
            due.append(FeeDue(fee.id, fee.label, int(amount), fee.due, fee.law, fee.within))
    return tuple(due)


def _via(package: Package, authority: str | None, context: Mapping[str, object]) -> str | None:
    """The office that receives first and forwards (経由); None where it goes straight."""
    found = package.via(context) if package.via is not None and authority is not None else None
    return found if isinstance(found, str) and found not in ("", authority) else None


def _authority(package: Package, context: Mapping[str, object], faults: list[Fault]) -> str | None:
    if isinstance(package.authority, str):
        return package.authority
    found = package.authority(context)
    if isinstance(found, str) and found:
        return found
    if not any(fault.severity == "error" for fault in faults):
        faults.append(Fault("", "no-authority", message("no-authority")))
    return None
