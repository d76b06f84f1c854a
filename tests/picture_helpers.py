"""Pictures by hand: a seven in ink on paper, in every mode that PNG and JPEG files know."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

from PIL import Image, ImageDraw


def seven(width: int = 200, height: int = 160, *, paper: int = 255, ink: int = 0) -> Image.Image:
    """Return a seven in grey, drawn with two lines."""
    image = Image.new("L", (width, height), color=paper)
    pen, thick = ImageDraw.Draw(image), max(1, height // 12)
    corner = (width * 2 // 3, height // 4)
    pen.line([(width // 3, height // 4), corner], fill=ink, width=thick)
    pen.line([corner, (width * 9 // 20, height * 4 // 5)], fill=ink, width=thick)
    return image


def saved(image: Image.Image, path: Path, **options: object) -> Path:
    """Save a picture and return where."""
    image.save(path, **options)  # type: ignore[arg-type]
    return path


def png_that_claims(path: Path, width: int, height: int) -> Path:
    """Write a PNG of some bytes whose header claims a size in 8-bit colours."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0" * 1000)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b""))
    return path
