"""DMN models: requirements, boxed expressions, recursion, services, imports, and hostile files."""

from decimal import Decimal
from pathlib import Path

import pytest

from madoguchi.feel.dmn import Evaluation, Model, XmlError, load_model
from madoguchi.feel.dmn.tck import main
from madoguchi.feel.dmn.xml import parse_xml

HEAD = '<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" namespace="{}" name="m">'


def literal(text: str) -> str:
    return f"<literalExpression><text>{text}</text></literalExpression>"


def decision(name: str, logic: str, *required: str, kind: str = "") -> str:
    needs = "".join(
        f'<knowledgeRequirement><requiredKnowledge href="#{r[1:]}"/></knowledgeRequirement>'
        if r[0] == "!"
        else f"<informationRequirement><required{'Decision' if r[0] == '@' else 'Input'}"
        f' href="{r[1:] if "#" in r else "#" + r[1:]}"/></informationRequirement>'
        for r in required
    )
    of = f' typeRef="{kind}"' if kind else ""
    return f'<decision id="{name}" name="{name}"><variable name="{name}"{of}/>{needs}{logic}</decision>'


def given(name: str, kind: str) -> str:
    return f'<inputData id="{name}" name="{name}"><variable name="{name}" typeRef="{kind}"/></inputData>'


def model(folder: Path, body: str, file: str = "model.dmn", namespace: str = "urn:m") -> Model:
    path = folder / file
    path.write_text(HEAD.format(namespace) + body + "</definitions>", encoding="utf-8")
    return load_model(path)


def test_decisions_require_data_and_one_another(tmp_path: Path) -> None:
    made = model(
        tmp_path,
        given("applicants age", "number")
        + decision("is adult", literal("applicants age &gt;= 18"), ".applicants age")
        + decision("answer", literal('if is adult then "yes" else "no"'), "@is adult"),
    )
    assert Evaluation(made, {"applicants age": 20}).decide("answer") == "yes"
    assert Evaluation(made, {"applicants age": "20"}).decide("is adult") is None
    assert Evaluation(made, {}).decide("nothing of the name") is None


def test_knowledge_may_call_itself_and_runaway_ends(tmp_path: Path) -> None:
    factorial = (
        '<businessKnowledgeModel id="fac" name="fac"><variable name="fac"/><encapsulatedLogic>'
        '<formalParameter name="n" typeRef="number"/>'
        + literal("if n &lt;= {} then 1 else n * fac(n - 1)")
        + "</encapsulatedLogic></businessKnowledgeModel>"
    )
    body = decision("result", literal("fac(20)"), "!fac")
    assert Evaluation(model(tmp_path, factorial.format(1) + body), {}).decide("result") == Decimal(
        2432902008176640000
    )
    endless = model(tmp_path, factorial.format(-(10**9)) + body, "endless.dmn")
    assert Evaluation(endless, {}).decide("result") is None


def test_contexts_with_functions_sort_rows(tmp_path: Path) -> None:
    rows = (
        "<relation><column name='Name'/><column name='Miles'/>"
        f"<row>{literal('&quot;A&quot;')}{literal('1')}</row>"
        f"<row>{literal('&quot;B&quot;')}{literal('5')}</row></relation>"
    )
    logic = (
        f'<context><contextEntry><variable name="waiting list"/>{rows}</contextEntry>'
        '<contextEntry><variable name="comes first" typeRef="boolean"/><functionDefinition>'
        '<formalParameter name="one"/><formalParameter name="two"/>'
        + literal("one.Miles &gt; two.Miles")
        + "</functionDefinition></contextEntry><contextEntry>"
        + literal("sort(waiting list, comes first).Name")
        + "</contextEntry></context>"
    )
    assert Evaluation(model(tmp_path, decision("order", logic)), {}).decide("order") == ["B", "A"]


def test_types_with_allowed_values_and_constraints(tmp_path: Path) -> None:
    made = model(
        tmp_path,
        '<itemDefinition name="tColour"><typeRef>string</typeRef><allowedValues>'
        '<text>"red", "blue"</text></allowedValues></itemDefinition>'
        '<itemDefinition name="tColours" isCollection="true"><typeRef>tColour</typeRef>'
        "<typeConstraint><text>count(?) &lt; 3</text></typeConstraint></itemDefinition>"
        + given("colours", "tColours")
        + decision("chosen", literal("colours"), ".colours"),
    )
    for colours, chosen in (
        (["red"], ["red"]),
        (["green"], None),
        (["red"] * 3, None),
        ("blue", ["blue"]),
    ):
        assert Evaluation(made, {"colours": colours}).decide("chosen") == chosen


def test_services_are_called_with_their_inputs_only(tmp_path: Path) -> None:
    made = model(
        tmp_path,
        given("base", "number")
        + decision("rate", literal("base / 10"), ".base")
        + decision("price", literal("base + rate"), ".base", "@rate")
        + '<decisionService id="s" name="service"><outputDecision href="#price"/>'
        '<inputDecision href="#rate"/><inputData href="#base"/></decisionService>',
    )
    assert Evaluation(made, {}).call("service", {"base": 100, "rate": 1}) == 101
    assert Evaluation(made, {"base": 100}).decide("price") == 110


def test_imports_are_seen_under_their_name(tmp_path: Path) -> None:
    model(tmp_path, decision("greeting", literal('"hello"')), "other.dmn", "urn:other")
    made = model(
        tmp_path,
        '<import namespace="urn:other" name="polite words" importType="x"/>'
        + decision("said", literal('polite words.greeting + "!"'), "@urn:other#greeting"),
    )
    assert Evaluation(made, {}).decide("said") == "hello!"


def test_a_circle_of_requirements_ends_in_null(tmp_path: Path) -> None:
    made = model(
        tmp_path, decision("a", literal("b + 1"), "@b") + decision("b", literal("a + 1"), "@a")
    )
    assert Evaluation(made, {}).decide("a") is None


def test_a_text_that_cannot_be_read_gives_null(tmp_path: Path) -> None:
    assert Evaluation(model(tmp_path, decision("a", literal("1 + + )"))), {}).decide("a") is None


@pytest.mark.parametrize(
    "data",
    [
        b'<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><d>&b;</d>',
        b"<d>" * 1000,
        b"<d><e></d>",
        b"",
    ],
)
def test_hostile_xml_is_refused(data: bytes) -> None:
    with pytest.raises(XmlError):
        parse_xml(data)


def test_the_printer_ends_with_the_count(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model(tmp_path, decision("two", literal("1 + 1")), "sum.dmn")
    cases = "".join(
        f'<testCase id="{i}"><resultNode name="two" type="decision"><expected>'
        f'<value type="xsd:decimal">{i}</value></expected></resultNode></testCase>'
        for i in (2, 3)
    )
    text = f"<testCases><modelName>sum.dmn</modelName>{cases}</testCases>"
    (tmp_path / "sum-test-01.xml").write_text(text, encoding="utf-8")
    assert main(str(tmp_path)) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"1 of 2  {tmp_path.name}"
    assert lines[2] == "sum-test-01.xml 3: two: expected 3, got 2"
    assert lines[-1] == "passed 1 of 2"
