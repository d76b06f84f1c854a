"""What several tests of the data layer share: arrays, IDX files by hand, a mirror on this machine."""

from __future__ import annotations

import gzip
import hashlib
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
import torch
from hypothesis import HealthCheck, settings
from numpy.typing import NDArray

from benchkit import LabelledImages, RemoteFile

FUZZ = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
"""For all properties: a busy machine is no failure, and a file in tmp_path may be written again and again."""


def pixels(count: int = 10, height: int = 4, width: int = 4) -> NDArray[np.uint8]:
    """Return images of noise, N×H×W, 8 bits."""
    return np.random.default_rng(3).integers(0, 256, (count, height, width), dtype=np.uint8)


def labelled(count: int = 10, classes: int = 2, side: int = 4) -> LabelledImages:
    """Return noise with labels 0, 1, … in turn."""
    images = torch.from_numpy(pixels(count, side, side)).float().div(255).unsqueeze(1)
    return LabelledImages(images, torch.arange(count) % classes)


def idx_bytes(array: NDArray[Any], code: int = 0x08) -> bytes:
    """Write an array in the IDX format, from its published description."""
    header = bytes([0, 0, code, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return header + array.astype(array.dtype.newbyteorder(">")).tobytes()


def remote(raw: bytes, *urls: str, path: str = "toy/images") -> RemoteFile:
    """Return the record of a published file with these bytes."""
    return RemoteFile(path, hashlib.sha256(raw).hexdigest(), urls, len(raw))


@dataclass
class Mirror:
    """A web server on this machine: bytes by path; a path that it does not hold answers 404."""

    url: str
    pages: dict[str, list[bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def serve(self, path: str, *answers: bytes) -> str:
        """Answer requests for ``path`` with these bodies in turn, the last one for ever; return the address."""
        self.pages[f"/{path}"] = list(answers)
        return f"{self.url}/{path}"


@contextmanager
def running_mirror() -> Iterator[Mirror]:
    """Run a mirror on a free port of 127.0.0.1."""
    mirror = Mirror("")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            mirror.asked.append(self.path)
            answers = mirror.pages.get(self.path)
            if not answers:
                self.send_error(404)
                return
            body = answers.pop(0) if len(answers) > 1 else answers[0]
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    mirror.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield mirror
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def gzipped(raw: bytes) -> bytes:
    """Return the bytes as a gzip file."""
    return gzip.compress(raw, mtime=0)
