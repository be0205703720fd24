"""Authenticator apps (認証アプリ): time-based one-time passwords (RFC 6238), each good once."""

from datetime import datetime, timedelta

import pyotp
import segno

PERIOD = 30
WINDOW = 1  # steps before and after: clocks of telephones differ
REUSE = timedelta(seconds=PERIOD * (2 * WINDOW + 2))


def new_secret() -> str:
    """A secret of 160 bits, in base32."""
    return str(pyotp.random_base32())


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The time step a code belongs to, None when it is wrong. The caller refuses one used before."""
    if not (code.isascii() and code.isdigit() and len(code) == 6):
        return None
    totp, present = pyotp.TOTP(secret), int(now.timestamp()) // PERIOD
    found = None
    for step in range(present - WINDOW, present + WINDOW + 1):
        if pyotp.utils.strings_equal(totp.generate_otp(step), code):
            found = step
    return found


def address_of(secret: str, person: str) -> str:
    """The otpauth:// address apps read."""
    return str(pyotp.TOTP(secret).provisioning_uri(name=person, issuer_name="Madoguchi"))


def picture_of(address: str) -> str:
    """The address as QR code: an SVG element, without styles or scripts."""
    return segno.make(address, error="m").svg_inline(
        scale=5, border=4, dark="#000", light="#fff", omitsize=False, title="QR"
    )
