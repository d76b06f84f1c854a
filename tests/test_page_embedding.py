"""Strangers' texts in the page: none is taken for markup or script."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from page_helpers import made_run

from benchkit.page.choice import Choice
from benchkit.page.embedding import json_block, script_block
from benchkit.page.writing import page_of

HOSTILE = "</script><img src=x onerror=window.hit=1>'\"&amp;\u2028\u202e\x1b[31m"
VEGA = 'window.vegaEmbed = "</script><!-- <script>";'

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


class Elements(HTMLParser):
    """Collects the elements with their attributes, and the texts of scripts and styles, as a browser reads them."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[int, str] = {}
        self.open = -1
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.found.append((tag, dict(attrs)))
        self.open = len(self.found) - 1

    def handle_endtag(self, tag: str) -> None:
        """What follows is no element's own text."""
        self.open = -1

    def handle_data(self, data: str) -> None:
        """Note the text of the element that began last, as long as it has not ended."""
        place = self.open
        self.texts[place] = self.texts.get(place, "") + data

    def of(self, tag: str) -> list[tuple[dict[str, str | None], str]]:
        """Return attributes and text of each element of a name."""
        return [(attrs, self.texts.get(place, "")) for place, (name, attrs) in enumerate(self.found) if name == tag]


@given(json_values)
def test_a_block_of_data_says_the_same_and_has_no_letter_of_html(data: Any) -> None:
    """It is JSON of the same value, without ``<``, ``>``, ``&`` and the line ends of JavaScript."""
    block = json_block(data)
    assert not re.search("[<>&\u2028\u2029]", block)
    assert json.loads(block) == json.loads(json.dumps(data))


@pytest.mark.parametrize("text", ["a</script>b", "a</SCRIPT >b", "a</ScRiPt>b", "<!--", "<!-- <script>", "a\r\nb\rc"])
def test_a_script_cannot_end_its_element(text: str) -> None:
    """No end tag and no comment in any spelling; lines end as the parser of HTML reads them."""
    block = script_block(f"const a = '{text}';")
    assert not re.search(r"</script|<!--|\r", block, re.IGNORECASE)
    assert Elements(f"<script>{block}</script>").of("script") == [({}, block)]


@pytest.fixture(scope="module")
def hostile_page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return a page of which every text of a stranger is hostile."""
    run = made_run(
        tmp_path_factory.mktemp("results"),
        detectors=(HOSTILE, "one"),
        anomalies=(HOSTILE, "noise-1"),
        plugin=HOSTILE,
        distribution=HOSTILE,
        device_name=HOSTILE,
    )
    run.manifest.update({
        "plugins": [HOSTILE], "problems": [HOSTILE], "hardware": {HOSTILE: HOSTILE},
        "changes": {HOSTILE: {"a": HOSTILE}},
    })  # fmt: skip
    run.manifest["request"]["detectors"] = [HOSTILE]
    return page_of(run, Choice(), vega=VEGA)


def test_hostile_texts_make_no_element_and_no_attribute(hostile_page: str) -> None:
    """There are the page's own three elements of scripts, no image, and no attribute that runs something."""
    page = Elements(hostile_page)
    assert [attrs.get("type") for attrs, _ in page.of("script")] == ["application/json", None, "text/plain"]
    assert page.of("img") == []
    assert not [name for _, attrs in page.found for name in attrs if name.startswith("on")]
    assert "\u202e" not in hostile_page
    assert "\x1b" not in hostile_page
    rows = [attrs["data-detector"] for attrs, _ in page.of("tr") if "data-detector" in attrs]
    assert any("<img src=x onerror" in str(row) for row in rows)  # it is there, as text


def test_only_scripts_of_the_page_may_run_and_nothing_may_be_loaded(hostile_page: str) -> None:
    """The policy names the hashes of both scripts and of the style as they stand in the page, and no network."""
    page = Elements(hostile_page)
    (policy,) = [attrs["content"] for attrs, _ in page.of("meta") if attrs.get("http-equiv")]
    rules = dict(rule.strip().split(" ", 1) for rule in str(policy).split(";"))
    texts = [text for attrs, text in page.of("script") if attrs.get("type") != "application/json"]
    hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in texts]
    assert rules["script-src"] == " ".join(f"'sha256-{each}'" for each in hashes)
    ((_, style),) = page.of("style")
    assert rules["style-src"] == f"'sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}'"
    assert (rules["default-src"], rules["img-src"]) == ("'none'", "data:")
    links = [attrs.get(name) for _, attrs in page.found for name in ("src", "href") if attrs.get(name)]
    assert [link for link in links if not str(link).startswith(("#", "data:"))] == []


def test_a_run_without_scores_says_so_on_the_page(tmp_path: Path) -> None:
    """The reader is told what is missing and the way to it."""
    page = page_of(made_run(tmp_path, kept=False), Choice(), vega=VEGA)
    assert "Some pictures cannot be drawn." in page
    assert "<code>--no-scores</code>" in page
    assert "Some pictures cannot be drawn." not in page_of(made_run(tmp_path / "whole"), Choice(), vega=VEGA)


def test_an_empty_run_says_so_on_the_page(tmp_path: Path) -> None:
    """Instead of a table without rows."""
    assert "No cells were recorded." in page_of(made_run(tmp_path, detectors=()), Choice(), vega=VEGA)
