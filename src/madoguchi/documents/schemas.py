"""What the JSON API gives of documents."""

from pydantic import BaseModel, ConfigDict


class FileOut(BaseModel):
    """A stored file; its type is what it really is, not what was claimed."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    sha256: str
    name: str
    size: int
    type: str
