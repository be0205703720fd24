"""Types of the catalogue's API."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Kind = Literal["application", "notification", "report", "declaration", "internal", "other"]
Online = Literal["done", "not_yet", "exempt", "other", "partly", "unknown"]


class ProcedureCard(BaseModel):
    """A procedure in a list (手続)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "24900",
                    "name": {"ja": "第一種製造者の許可（一般則）"},
                    "kind": "application",
                    "act": None,
                    "ministry": "経済産業省",
                    "law": "高圧ガス保安法",
                    "article": "第5条第1項",
                    "online": "done",
                    "period": {"ja": "30日", "en": "30 days"},
                    "fee": True,
                    "yearly": 10,
                    "procedure_id": "high-pressure-gas-production",
                    "href": "/procedures/c/24900",
                }
            ]
        }
    )

    id: str = Field(description="手続ID, or the id of a published procedure")
    name: dict[str, str]
    kind: Kind = Field(description="Kind in law; `other` is not filed with an office")
    act: Literal["disposition", "delivery", "inspection", "records", "unknown"] | None
    ministry: str
    law: str
    article: str
    online: Online
    period: dict[str, str] | None = Field(description="Standard processing period")
    fee: bool | None
    yearly: int = Field(description="Filings a year")
    procedure_id: str | None = Field(description="The published procedure that takes it")
    href: str


class CataloguePage(BaseModel):
    """One page of results (検索結果)."""

    total: int
    items: list[ProcedureCard]
    next: str | None = Field(description="Cursor of the next page")
    used: list[str] = Field(description="Words looked for where those given found nothing")
    suggestions: list[str]


class CatalogueFacets(BaseModel):
    """How many results have each value of each filter (絞り込みの件数)."""

    total: int
    facets: dict[str, dict[str, int]]


class CatalogueDetail(ProcedureCard):
    """All that is known of a procedure; `survey` has the survey's 39 columns as published."""

    agency: str | None
    implementing: list[str]
    offices: list[str]
    information: list[str]
    attachments: list[str]
    personal_events: list[str]
    corporate_events: list[str]
    professions: list[str]
    fee_methods: list[str]
    yearly_online: int
    yearly_paper: int
    source: Literal["survey", "sample"]
    survey: dict[str, str | int | None]
