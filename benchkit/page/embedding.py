"""Putting data, style and scripts of others into one HTML file, so that none of it can be taken for another's."""

from __future__ import annotations

import base64
import hashlib
import json
import re

_ENDS = re.compile(r"<(/script|!--)", re.IGNORECASE)
_IN_JSON = {ord(letter): f"\\u{ord(letter):04x}" for letter in "<>&\u2028\u2029"}


def json_block(data: object) -> str:
    r"""Return ``data`` as JSON that may stand in a ``script`` element: ``<``, ``>``, ``&`` are ``\u003c`` and so on.

    These letters are only found inside JSON's strings, where such an escape means the same letter. Half surrogate
    pairs, which UTF-8 cannot hold, become question marks.
    """
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.translate(_IN_JSON).encode("utf-8", "replace").decode()


def script_block(source: str) -> str:
    r"""Return a script that may stand in a ``script`` element: no end tag and no comment of HTML in it.

    In JavaScript's strings, templates and patterns, ``<\/script`` and ``<\!--`` mean the same as without the stroke.
    """
    plain = source.replace("\r\n", "\n").replace("\r", "\n")  # as the parser of HTML does: the hash is of what it sees
    return _ENDS.sub(r"<\\\1", plain)


def content_policy(*, scripts: tuple[str, ...], style: str) -> str:
    """Return the page's Content-Security-Policy: its own scripts and style, images in it, and nothing else.

    No network at all (``default-src 'none'``). Scripts run by their hash, so that an element or an attribute that a
    stranger's text might smuggle in would not run. ``unsafe-eval`` is not allowed: Vega, which compiles its
    expressions by ``Function`` otherwise, is told to interpret them (``ast: true``); vega-embed brings the interpreter.

    Args:
        scripts: the texts of the scripts, as they stand in the page.
        style: the text of the style sheet.
    """
    hashes = " ".join(f"'{_hash(script)}'" for script in scripts)
    return (
        f"default-src 'none'; script-src {hashes}; style-src '{_hash(style)}'; img-src data:; base-uri 'none'; "
        "form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
