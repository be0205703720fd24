"""A small disk that can be filled: a tmpfs mounted over a folder."""

import contextlib
import errno
import os
import subprocess
from pathlib import Path

from tests.crash.cluster import Unavailable

MEGABYTES = 600
_FILLER = "filler"


class SmallDisk:
    """Mounted at `folder`, which it makes. Unavailable where mounting is not allowed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True)
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m,mode=755", "tmpfs", folder],
            capture_output=True,
            check=False,
        )
        if mounted.returncode:
            raise Unavailable(f"no disk can be mounted: {mounted.stderr.decode().strip()}")

    def fill(self, leaving: int) -> None:
        """Take up all of its room but `leaving` bytes; again to take what became free since."""
        with (self.folder / _FILLER).open("ab") as file:
            while True:
                state = os.statvfs(self.folder)
                room = state.f_bavail * state.f_frsize - leaving
                if room < state.f_frsize:
                    return
                try:
                    os.posix_fallocate(file.fileno(), file.seek(0, os.SEEK_END), room)
                except OSError as fault:
                    if fault.errno != errno.ENOSPC:
                        raise

    def free(self) -> None:
        """Give the room back."""
        (self.folder / _FILLER).unlink(missing_ok=True)

    def close(self) -> None:
        """Unmount it; what was on it is gone."""
        with contextlib.suppress(OSError):
            self.free()
        subprocess.run(["umount", "-l", self.folder], capture_output=True, check=False)
