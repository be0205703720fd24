"""Settings (設定): read once from the environment, every name prefixed by MADOGUCHI_ (PORT too)."""

import secrets
from functools import cached_property
from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from madoguchi.kernel.durable import write_once


class Settings(BaseSettings):
    """What an installation decides. Defaults start an embedded installation in ./var."""

    model_config = SettingsConfigDict(env_prefix="MADOGUCHI_", env_ignore_empty=True, frozen=True)

    home: Path = Path("var")
    database_url: str = ""
    port: int = Field(default=8000, validation_alias="PORT", ge=1, le=65535)
    host: str = "127.0.0.1"
    base_url: str = ""
    demo: bool = False
    secret: SecretStr | None = None
    smtp_url: str = ""
    scanner_url: str = ""
    webhook_networks: str = ""
    clearing_secret: SecretStr | None = None
    mail_from: str = "madoguchi@localhost"
    max_body: int = Field(default=8_000_000, ge=10_000)
    max_upload: int = Field(default=220_000_000, ge=1_000_000)
    witnesses: tuple[str, ...] = ()
    witness_seconds: int = Field(default=300, ge=10)
    timestamp_url: str = ""
    at_once: int = Field(default=32, ge=1, le=10_000)
    grace_minutes: int = Field(default=120, ge=0, le=24 * 60)
    workers: int = Field(default=1, ge=1, le=64)
    retention: str = Field(default="P10Y", pattern=r"^P[1-9]\d{0,2}[YM]$")
    breached_passwords: Path | None = None
    reproof_months: int = Field(default=36, ge=1, le=240)
    draft_days: int = Field(default=365, ge=30, le=3650)
    job_days: int = Field(default=30, ge=2, le=3650)
    provider_networks: str = ""
    card_issuer: str = ""
    card_client_id: str = ""
    card_secret_file: Path | None = None
    card_key_file: Path | None = None
    card_scope: str = "openid name address birthdate"
    card_acr: str = ""
    key_requests: int = Field(default=6_000, ge=1, le=10_000_000)
    open_requests: int = Field(default=600, ge=0, le=10_000_000)
    map_tiles: str = Field(
        default="https://cyberjapandata.gsi.go.jp/xyz/std/{z}/{x}/{y}.png",
        pattern=r"^(none|https?://[A-Za-z0-9.:-]+/[!-z]*\{z\}[!-z]*\{x\}[!-z]*\{y\}[!-z]*)$",
    )
    sparql_workers: int = Field(default=2, ge=0, le=64)
    sparql_seconds: int = Field(default=30, ge=1, le=3600)
    sparql_megabytes: int = Field(default=2_000, ge=256, le=1_000_000)

    @model_validator(mode="after")
    def _demo_stays_a_demo(self) -> Self:
        """In a demonstration anybody may choose to be anybody: it never runs where mail leaves."""
        if self.demo and self.smtp_url:
            raise ValueError("MADOGUCHI_DEMO and MADOGUCHI_SMTP_URL exclude each other")
        return self

    @model_validator(mode="after")
    def _a_card_says_that_it_is_one(self) -> Self:
        """Without the acr of a card, a sign-in by password at its provider would count as a card."""
        if self.card_issuer and not self.card_acr:
            raise ValueError("MADOGUCHI_CARD_ISSUER needs MADOGUCHI_CARD_ACR: the acr of a card")
        return self

    @cached_property
    def url(self) -> str:
        """The database: PostgreSQL when named, otherwise SQLite in the home folder."""
        if not self.database_url:
            return f"sqlite+aiosqlite:///{self.home.resolve() / 'madoguchi.db'}"
        for plain in ("postgresql://", "postgres://"):
            if self.database_url.startswith(plain):
                return "postgresql+asyncpg://" + self.database_url.removeprefix(plain)
        return self.database_url

    @cached_property
    def address(self) -> str:
        """Where people reach the installation, without a slash at the end."""
        return (self.base_url or f"http://localhost:{self.port}").rstrip("/")

    @cached_property
    def secret_key(self) -> str:
        """The key that signs sessions: given, or made once and kept in the home folder."""
        if self.secret is not None:
            return self.secret.get_secret_value()
        self.home.mkdir(parents=True, exist_ok=True)
        path = self.home / "secret-key"
        write_once(path, secrets.token_urlsafe(48).encode())
        return path.read_text(encoding="ascii")

    @property
    def blob_folder(self) -> Path:
        """Where attachments and letters are kept."""
        return self.home / "blobs"

    @property
    def log_folder(self) -> Path:
        """Where the transparency log is kept: its tiles, its newest checkpoint, its key."""
        return self.home / "log"

    @property
    def index_folder(self) -> Path:
        """Where the index of corporations is kept; built anew from the database whenever wanted."""
        return self.home / "registry-index"

    @property
    def provider_folder(self) -> Path:
        """Where the OpenID provider's keys are kept, all secret."""
        return self.home / "provider"

    @property
    def linked_folder(self) -> Path:
        """Where the read-only generations SPARQL asks are kept."""
        return self.home / "linked"

    @property
    def dump_folder(self) -> Path:
        """Where the files for download are kept, an edition a folder."""
        return self.home / "dumps"

    @cached_property
    def log_origin(self) -> str:
        """The name a new log is begun with: this installation's address without scheme."""
        return self.address.partition("://")[2].replace("+", "-") + "/log"
