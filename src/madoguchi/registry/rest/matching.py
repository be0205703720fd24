"""Which corporation a name and an address mean (名寄せ): candidates, how likely, and what agrees."""

from starlette.requests import Request
from starlette.responses import Response

from madoguchi.registry.errors import invalid_parameter
from madoguchi.registry.matching.evidence import Described
from madoguchi.registry.matching.service import LONGEST, Candidate, match
from madoguchi.registry.rest.answering import answer
from madoguchi.registry.rest.parameters import Parameters
from madoguchi.registry.rest.showing import Shown, of_record

CERTAIN = 0.9999
"""Nothing is surer than this, however it is rounded."""
ASKED = ("name", "address", "kana", "name_en", "postal_code")


async def match_one(request: Request) -> Response:
    """The corporation that a description means. Never linked by its name alone.

    `decision`: "link", one is meant beyond reasonable doubt; "possible", somebody must look; "none".
    """
    asked = Parameters(request, ASKED)
    name, address, kana, english, postal_code = (asked.text(key, LONGEST) for key in ASKED)
    if not name:
        raise invalid_parameter(
            "name",
            "nameに商号又は名称を指定してください。",
            "Give the name of the corporation as name.",
        )
    described = Described(name, address, kana, english, postal_code.replace("-", ""))
    async with request.app.state.database.looking() as session:
        found = await match(session, described)
    shown = [of_candidate(candidate) for candidate in found.candidates]
    return answer(request, {"decision": found.decision, "candidates": shown})


def of_candidate(candidate: Candidate) -> Shown:
    """A candidate: what is known of it, its probability and each thing that agrees or does not."""
    evidence = candidate.evidence
    return {
        "probability": min(round(candidate.weighed.probability, 4), CERTAIN),
        "decision": candidate.weighed.decision,
        "evidence": {
            "name": evidence.name,
            "place": evidence.place,
            "former_place": evidence.former_place,
            "name_en": evidence.english,
            "postal_code": evidence.postal_code,
            "closed": evidence.closed,
        },
        "corporation": of_record(candidate.record),
    }
