"""How two processes that have the same to time find each other: notices in a folder, connections on this machine."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import secrets
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from benchkit.errors import UsageError
from benchkit.measure.turns import Turns

PATIENCE_SECONDS = 300.0
"""How long one waits for the other, whose fit may take longer."""

GRACE_SECONDS = 2.0
"""How long two may wait for different things before the one that is behind goes on."""

_POLL_SECONDS = 0.05
_TOKEN_LETTERS = 16
_WELCOME = b"w"
_HANDSHAKE_SECONDS = 5.0


@functools.cache
def meetings(folder: Path) -> Meetings:
    """Return what this process knows of a folder: always the same object."""
    return Meetings(folder)


@dataclass(frozen=True)
class _Notice:
    """Where somebody waits, for what, and what it has behind it."""

    what: str
    port: int
    token: str
    passed: tuple[str, ...]

    @property
    def text(self) -> str:
        return f"{self.what} {self.port} {self.token} {','.join(self.passed)}"

    @classmethod
    def read(cls, path: Path) -> _Notice | None:
        try:
            what, port, token, *passed = path.read_text(encoding="ascii").split(" ")
            return cls(what, int(port), token, tuple(passed[0].split(",")) if passed and passed[0] else ())
        except (OSError, ValueError):
            return None


@dataclass
class Meetings:
    """The meetings of this process in one folder.

    Attributes:
        folder: two processes on one machine have access to it, and nobody else uses it; made if it is not there.
    """

    folder: Path
    _passed: list[str] = field(default_factory=list)

    def meet(self, what: str, *, patience: float = PATIENCE_SECONDS) -> Turns | None:
        """Wait for another process that asks for the same.

        Both come to what they have in common in the same order. What only one of them has is done alone, and at most
        one thing more, until they meet again.

        Args:
            what: what is to be timed; the same text at both ends.
            patience: seconds after which nobody is expected any more.

        Returns:
            This end of the pair; None where nobody came.

        Raises:
            UsageError: the folder cannot be written.
        """
        short = hashlib.sha256(what.encode()).hexdigest()[:_TOKEN_LETTERS]
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            return self._join(short) or self._wait(short, patience)
        except OSError as error:
            raise UsageError(
                f"--beside {self.folder}: {error.strerror or error}; expected a folder that both runs can write to, on "
                "one machine."
            ) from error
        finally:
            self._passed.append(short)

    def _join(self, what: str, *, mine: str = "") -> Turns | None:
        """Go to whoever else waits for the same; None where nobody does. ``mine`` is the token of one's own notice."""
        for path in self.folder.glob("*.waits"):
            notice = _Notice.read(path)
            wanted = notice is not None and notice.what == what and notice.token != mine
            if notice is not None and wanted and (peer := _connected(notice, path)):
                return Turns(peer, notice.token, begins=False)
        return None

    def _wait(self, what: str, patience: float) -> Turns | None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(_POLL_SECONDS)
            mine = _Notice(what, server.getsockname()[1], secrets.token_hex(_TOKEN_LETTERS // 2), tuple(self._passed))
            with self._posted(mine):
                return self._waited(server, mine, patience)

    def _waited(self, server: socket.socket, mine: _Notice, patience: float) -> Turns | None:
        start = time.monotonic()
        while (seconds := time.monotonic() - start) < patience:
            if (peer := _accepted(server, mine.token)) is not None:
                return Turns(peer, mine.token, begins=True)
            others = [each for each in self._others(mine) if each is not None]
            if any(each.what == mine.what and each.token < mine.token for each in others):
                return self._join(mine.what, mine=mine.token)  # both came at once, and neither saw the other
            if any(_will_not_come(each, mine, seconds) for each in others):
                return None
        return None

    def _others(self, mine: _Notice) -> Iterator[_Notice | None]:
        return (_Notice.read(path) for path in self.folder.glob("*.waits") if path.stem != mine.token)

    @contextlib.contextmanager
    def _posted(self, notice: _Notice) -> Iterator[None]:
        """Have a notice up, which appears whole."""
        path = self.folder / f"{notice.token}.waits"
        part = path.with_suffix(".part")
        part.write_text(notice.text, encoding="ascii")
        part.replace(path)
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


def _will_not_come(other: _Notice, mine: _Notice, seconds: float) -> bool:
    """Whether somebody who waits for something else has this behind it, or is the one that is ahead."""
    if other.what == mine.what:
        return False
    ahead = (len(other.passed), other.what) > (len(mine.passed), mine.what)
    return mine.what in other.passed or (ahead and seconds > GRACE_SECONDS)


def _connected(notice: _Notice, path: Path) -> socket.socket | None:
    """Return a connection to who put the notice up and welcomes us; one of a process that is gone is taken down."""
    try:
        peer = socket.create_connection(("127.0.0.1", notice.port), timeout=_HANDSHAKE_SECONDS)
    except OSError:
        path.unlink(missing_ok=True)
        return None
    with contextlib.suppress(OSError):
        peer.sendall(notice.token.encode())
        if peer.recv(1) == _WELCOME:
            return peer
    peer.close()
    return None


def _accepted(server: socket.socket, token: str) -> socket.socket | None:
    """Return who came and knows the token; anybody else is sent away."""
    try:
        peer, _ = server.accept()
    except TimeoutError:
        return None
    peer.settimeout(_HANDSHAKE_SECONDS)
    with contextlib.suppress(OSError):
        if peer.recv(len(token)) == token.encode():
            peer.sendall(_WELCOME)
            return peer
    peer.close()
    return None
