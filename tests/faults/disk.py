"""A file system of one's own whose power can be cut: what was not flushed is gone, as when the plug is pulled."""

import fcntl
import os
import shutil
import struct
import subprocess
import sys
import time
from collections.abc import Generator
from pathlib import Path

import pytest

SHUTDOWN = 0x8004587D
"""The ioctl EXT4_IOC_SHUTDOWN."""
NO_LOG_FLUSH = 2
"""Nothing more reaches the disk, not even the journal."""
SIZE = 4 * 1024**3
PATIENCE = 30.0


class Disk:
    """An ext4 file system in a file.

    Args:
        folder: Where the file lies, and where it is mounted.
    """

    def __init__(self, folder: Path) -> None:
        self._image = folder / "image"
        self.where = folder / "disk"
        self.where.mkdir()
        with self._image.open("wb") as image:
            image.truncate(SIZE)
        subprocess.run(["mkfs.ext4", "-q", self._image], check=True)

    def mount(self) -> bool:
        """Mount it; after a cut this replays its journal."""
        return subprocess.run(["mount", "-o", "loop", self._image, self.where], check=False).returncode == 0

    def cut(self) -> None:
        """From now on nothing reaches the disk."""
        descriptor = os.open(self.where, os.O_RDONLY)
        try:
            fcntl.ioctl(descriptor, SHUTDOWN, struct.pack("I", NO_LOG_FLUSH))
        finally:
            os.close(descriptor)

    def unmount(self) -> None:
        """Unmount it, when those that were killed have let go of it."""
        ends = time.monotonic() + PATIENCE
        while subprocess.run(["umount", self.where], check=False, capture_output=True).returncode:
            assert time.monotonic() < ends, "somebody still uses the disk"
            time.sleep(0.2)

    def remove(self) -> None:
        """At the end, whoever still uses it."""
        if os.path.ismount(self.where):
            subprocess.run(["umount", "-l", self.where], check=True)


def disk_of_its_own(folder: Path) -> Generator[Disk]:
    """A mounted one, for a fixture; who may not mount one skips the test."""
    if sys.platform != "linux" or os.geteuid() or not shutil.which("mkfs.ext4"):
        pytest.skip("a power cut needs Linux, root and mkfs.ext4")
    disk = Disk(folder)
    if not disk.mount():
        pytest.skip("a power cut needs the right to mount a file by loop")
    try:
        yield disk
    finally:
        disk.remove()
