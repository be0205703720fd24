"""The process that develops photographs (写真現像の子プロセス): any JPEG or PNG in, plain JPEG out."""

import io
import re
from typing import Any

from PIL import Image, ImageCms, ImageOps

from madoguchi.documents.crew_member import serve

MEMORY = 1_500_000_000
MOST_PIXELS = 80_000_000
LONGEST_SIDE = 2560  # a number plate across a road stays readable; a picture is about 1 MB
QUALITY = 85
_DETAILS, _PLACE, _TAKEN = 0x8769, 0x8825, 0x9003  # EXIF 2.32: sub-IFDs, DateTimeOriginal
_TIME = re.compile(r"(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)")


def develop(order: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
    """Order: path. Answer: width, height, taken_at (the camera's own clock, or null), located."""
    with Image.open(order["path"], formats=("JPEG", "PNG")) as image:
        if image.width * image.height > MOST_PIXELS:
            return {"refused": "image_too_large", "limit": MOST_PIXELS // 10_000}, b""
        noted = _noted(image)
        image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        upright = ImageOps.exif_transpose(image)
        picture = _plain_colours(upright)
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=QUALITY, optimize=True)
    return {**noted, "width": picture.width, "height": picture.height}, out.getvalue()


def _noted(image: Image.Image) -> dict[str, Any]:
    """What the metadata says that a record of an inspection should know."""
    try:
        exif = image.getexif()
        found = _TIME.fullmatch(str(exif.get_ifd(_DETAILS).get(_TAKEN, "")).strip("\0 "))
        located = bool(exif.get_ifd(_PLACE))
    except Exception:  # broken metadata of a sound picture
        return {"taken_at": None, "located": False}
    taken = f"{found[1]}-{found[2]}-{found[3]}T{found[4]}" if found else None
    return {"taken_at": taken, "located": located}


def _plain_colours(image: Image.Image) -> Image.Image:
    """In sRGB on white; a profile that cannot be used is passed over."""
    profile = image.info.get("icc_profile")
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        ground = Image.new("RGB", image.size, "white")
        ground.paste(image, mask=image.getchannel("A"))
        image = ground
    elif profile and image.mode in ("RGB", "CMYK"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(
                image, source, ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
            image = converted or image
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass
    return image.convert("RGB")


if __name__ == "__main__":
    Image.MAX_IMAGE_PIXELS = None  # counted above, before anything is decoded
    serve(develop, memory=MEMORY)
