"""The report page in a real browser: it answers, shows what it should, and lets nobody in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser_helpers import MISSING, Browser
from page_helpers import made_run

from benchkit.page import write_page
from benchkit.page.choice import Choice

pytestmark = [
    pytest.mark.faults,
    pytest.mark.timeout(600),  # of a machine that does other work meanwhile
    pytest.mark.skipif(bool(MISSING), reason=MISSING),
]

HOSTILE = "</script><img src=x onerror=window.hit=1>"
TITLE = "return document.querySelector('.pair-title').textContent"
CURVE = 'return document.querySelector(\'[data-plot="roc"] svg [aria-roledescription="line mark container"] path\')'
NAMES = "return [...document.querySelectorAll(arguments[0])].filter(e => !e.hidden).map(e => e.dataset[arguments[1]])"
ROWS = (".heat tbody tr", "detector")


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One browser for all: each test loads its page anew."""
    one = Browser(tmp_path_factory.mktemp("profile"))
    yield one
    one.driver.quit()


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a run with three detectors, of which one has a hostile name."""
    pytest.importorskip("vl_convert", reason="the extra `report` is not installed")
    folder = tmp_path_factory.mktemp("results")
    run = made_run(folder, detectors=(HOSTILE, "one", "two"), anomalies=("noise-1", "noise-2", "held-out-3"))
    return write_page(run, folder / "report", Choice())


@pytest.fixture
def opened(browser: Browser, page: Path) -> Iterator[Browser]:
    """The browser with the page open; nothing may have gone wrong when the test has ended."""
    browser.errors()
    browser.requests()
    browser.open(page)
    yield browser
    assert browser.errors() == []
    assert [each for each in browser.requests() if each != page.as_uri()] == []
    assert browser.ask("return window.hit") is None


def draw_all(browser: Browser) -> None:
    """Bring every chart into view, and wait until it is drawn; the first pair is shown as soon as its place is near."""
    near = "arguments[0].scrollIntoView({block: 'center'})"
    browser.ask(near, browser.element(".pair"))
    browser.until("return document.querySelector('.cell.shown')")
    for figure in browser.driver.find_elements("css selector", "figure.plot"):
        browser.ask(near, figure)
        browser.until("return arguments[0].hidden || arguments[0].querySelector('svg')", figure)


def press(browser: Browser, *keys: str) -> None:
    """Send keys to whatever has the focus."""
    from selenium.webdriver import ActionChains

    chain = ActionChains(browser.driver)
    for key in keys:
        chain.send_keys(key)
    chain.perform()


def test_every_chart_is_drawn_without_an_error_and_without_the_network(opened: Browser) -> None:
    """Loaded from the disk; the time from navigation until it answers is printed."""
    took = opened.ask("return performance.getEntriesByName('interactive')[0].startTime")
    print(f"from navigation to interactive: {took:.0f} ms")
    assert took < 20_000  # far beyond the second that it should take: the machine may do other work
    draw_all(opened)
    drawn = opened.ask("return [...document.querySelectorAll('figure.plot')].filter(f => !f.hidden).length")
    assert drawn == 4 + 1 + 2  # of a pair; the front; learning curves: no file can be named after the third detector


def test_a_click_on_a_heading_sorts_and_a_second_one_turns_it_round(opened: Browser) -> None:
    """By the unrounded number; the heading says which way, to screen readers too."""
    heading = "[data-board='0'] table.sortable thead th:nth-child(2)"
    shown = "return [...arguments[0].closest('table').tBodies[0].rows].map(r => Number(r.cells[1].dataset.value))"
    for way in ("descending", "ascending"):
        opened.element(f"{heading} button").click()
        values = opened.ask(shown, opened.element(heading))
        assert values == sorted(values, reverse=way == "descending")
        assert opened.element(heading).get_attribute("aria-sort") == way
    assert len(set(values)) == 3


def test_filters_hide_rows_and_columns_everywhere_and_say_how_many_are_left(opened: Browser) -> None:
    """Part of a name is enough, in any case of letters."""
    opened.element("#by-detector").send_keys("TW")
    opened.element("#by-anomaly").send_keys("noise")
    assert opened.ask(NAMES, *ROWS) == ["two"]
    assert set(opened.ask(NAMES, "tr[data-detector]", "detector")) == {"two"}
    assert opened.ask(NAMES, ".heat th[data-anomaly]", "anomaly") == ["noise-1", "noise-2"]
    assert opened.element("#found").text == "1 of 3 detectors, 2 of 3 anomalies"


def test_a_click_shows_a_pair_and_keeps_it(opened: Browser) -> None:
    """Curve, text and images are those of the cell; pointing at another one changes nothing until it is let go."""
    from selenium.webdriver import ActionChains

    cells = opened.driver.find_elements("css selector", ".heat tbody tr[data-detector='two'] .cell")
    cells[1].click()
    assert opened.ask(TITLE) == "two against noise-1"  # columns in natural order: held-out-3, noise-1, noise-2
    assert cells[1].get_attribute("aria-pressed") == "true"
    opened.until(CURVE)
    assert "At the threshold" in opened.element(".pair-text").text
    assert len(opened.driver.find_elements("css selector", ".gallery .picture")) > 20
    ActionChains(opened.driver).move_to_element(cells[2]).pause(0.5).perform()
    assert opened.ask(TITLE) == "two against noise-1"
    cells[1].click()
    ActionChains(opened.driver).move_to_element(cells[0]).perform()
    opened.until(f"{TITLE} === 'two against held-out-3'")


def test_the_keyboard_alone_shows_a_curve(opened: Browser) -> None:
    """Tab reaches one cell of the heat map, arrows the others; what has the focus is shown; Enter keeps it."""
    from selenium.webdriver.common.keys import Keys

    opened.ask("document.querySelector('.metric').focus()")
    reached = "return document.activeElement.classList.contains('cell')"
    for _ in range(8):  # past the headings, which sort
        press(opened, Keys.TAB)
        if opened.ask(reached):
            break
    assert opened.ask(reached)
    before = opened.ask(TITLE)
    press(opened, Keys.ARROW_DOWN, Keys.ARROW_RIGHT)
    after = opened.ask(TITLE)
    assert after != before
    label = opened.ask("return document.activeElement.getAttribute('aria-label')")
    assert label.startswith(f"{after}: AUROC")
    opened.until(CURVE)
    press(opened, Keys.ENTER)
    assert opened.ask("return document.activeElement.getAttribute('aria-pressed')") == "true"
    press(opened, Keys.ARROW_LEFT)
    assert opened.ask(TITLE) == after
    press(opened, Keys.ESCAPE, Keys.ARROW_LEFT)
    assert opened.ask("return document.querySelectorAll('.cell[aria-pressed=true]').length") == 0


def test_another_metric_fills_the_heat_map_anew(opened: Browser) -> None:
    """Numbers and labels are those of the metric."""
    opened.ask("const s = document.querySelector('.metric'); s.value = '3'; s.dispatchEvent(new Event('change'))")
    cell = opened.element(".heat tbody .cell")
    wanted = opened.ask(
        "return JSON.parse(document.querySelector('#data').textContent).boards[0].heat.shades[3].entries[0][0].text"
    )
    assert cell.text == wanted.split(" ")[0]
    assert "recall" in cell.get_attribute("aria-label").lower()


@pytest.mark.parametrize("dark", [False, True])
def test_a_phone_scrolls_the_tables_and_not_the_page(opened: Browser, page: Path, dark: bool) -> None:
    """At 390 pixels nothing reaches beyond the edge, with every chart drawn, and the pair shown by a touch."""
    opened.open(page, width=390, dark=dark)
    opened.ask("document.querySelectorAll('.cell')[1].click()")
    draw_all(opened)
    assert opened.ask("return document.documentElement.scrollWidth") <= 390
    wide = opened.ask("return [...document.querySelectorAll('.wide')].map(b => [b.scrollWidth, b.clientWidth])")
    assert any(inner > outer for inner, outer in wide)


def test_dark_and_light_follow_the_reader_while_the_page_is_open(opened: Browser) -> None:
    """Ground, text and the charts that are drawn already."""
    draw_all(opened)
    ground = "return getComputedStyle(document.body).backgroundColor"
    ink = "return document.querySelector('[data-plot=\"pareto\"] svg .role-axis-title text')?.getAttribute('fill')"
    light = opened.ask(ground), opened.until(ink)
    opened.prefer("dark")
    opened.until("return matchMedia('(prefers-color-scheme: dark)').matches")
    opened.until(
        f"const before = arguments[0]; const now = (() => {{ {ink} }})(); return now && now !== before", light[1]
    )
    assert opened.ask(ground) != light[0]


def test_every_control_has_a_name_and_every_table_a_caption(opened: Browser) -> None:
    """What a screen reader says of buttons, fields, charts and images."""
    draw_all(opened)
    nameless = opened.ask(
        "const named = e => e.textContent.trim() || e.getAttribute('aria-label') || e.getAttribute('aria-labelledby');"
        "return [...document.querySelectorAll('button, [role=img], [role=region]')].filter(e => !named(e)).length"
    )
    assert nameless == 0
    assert opened.ask("return [...document.querySelectorAll('main table')].filter(t => !t.caption).length") == 0
    assert (
        opened.ask("return [...document.querySelectorAll('input, select')].filter(e => !e.labels.length).length") == 0
    )
    ids = opened.ask("return [...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))


def test_a_script_that_is_not_of_the_page_does_not_run(browser: Browser, page: Path) -> None:
    """Should a text ever become an element, the policy stops it."""
    browser.open(page)
    browser.ask(
        "document.body.insertAdjacentHTML('beforeend', '<img src=\"data:,\" onerror=\"window.hit = 1\">');"
        "const s = document.createElement('script'); s.textContent = 'window.hit = 2'; document.body.append(s)"
    )
    assert browser.until("return document.body.lastChild.textContent === 'window.hit = 2'")
    assert browser.ask("return window.hit") is None
    assert any("Content Security Policy" in message for message in browser.errors())


def test_a_page_without_scores_and_one_without_cells_open_as_well(browser: Browser, tmp_path: Path) -> None:
    """They say what is lacking, without an error."""
    bare = write_page(made_run(tmp_path / "bare", kept=False), tmp_path / "bare-page", Choice())
    empty = write_page(made_run(tmp_path / "empty", detectors=()), tmp_path / "empty-page", Choice())
    browser.errors()
    browser.open(bare)
    browser.element(".cell").click()
    assert "got no raw scores" in browser.element(".pair-lacks").text
    browser.open(empty)
    assert "No cells were recorded." in browser.element("main").text
    assert browser.errors() == []
