"""Templates compiled once a process: an application made later finds what an earlier one compiled."""

from types import CodeType

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

_compiled: dict[tuple[str, str], CodeType] = {}


class CompiledTemplates(BytecodeCache):
    """Keeps compiled templates in memory, by name, file and content."""

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give what the template was compiled to before, if anything."""
        bucket.code = _compiled.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what the template was compiled to."""
        if bucket.code is not None:
            _compiled[bucket.key, bucket.checksum] = bucket.code
