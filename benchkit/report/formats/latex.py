"""LaTeX tables; they need the booktabs package, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from benchkit.report.formats.parts import NO_CELLS, grid, one_line
from benchkit.report.leaderboard import Leaderboard
from benchkit.report.sections import Section

_SPECIAL = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "&": r"\&",
        "%": r"\%",
        "$": r"\$",
        "#": r"\#",
        "_": r"\_",
        "{": r"\{",
        "}": r"\}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "<": r"\textless{}",
        ">": r"\textgreater{}",
        "|": r"\textbar{}",
        '"': "''",  # \textquotedbl is not in LaTeX's default encoding
        "[": "{[}",  # after a row's \\ a bracket would be read as its argument
        "]": "{]}",
        "±": r"$\pm$",
        "×": r"$\times$",
        "↑": r"$\uparrow$",
        "↓": r"$\downarrow$",
        "—": "---",
        "–": "--",
        "²": r"\textsuperscript{2}",
        "…": r"\dots{}",
        "\ufffd": "?",  # pdflatex has no such character
    }
)


def escape(text: str) -> str:
    """Return ``text`` so that LaTeX sets it as it is."""
    return one_line(text).translate(_SPECIAL)


def render(leaderboards: Sequence[Leaderboard]) -> str:
    """Return one ``table`` environment a section."""
    return "\n\n".join(_board(board) for board in leaderboards) + "\n" if leaderboards else f"% {NO_CELLS}\n"


def _board(board: Leaderboard) -> str:
    sentences = " ".join(escape(line) for line in (*board.caption, "Bold is the best of its column."))
    notes = [r"\noindent{\footnotesize " + escape(note) + r"\par}" for note in board.footnotes]
    tables = [_section(section, board, sentences) for section in board.sections]
    return "\n\n".join(["% Needs \\usepackage{booktabs}.", *tables, *notes])


def _section(section: Section, board: Leaderboard, sentences: str) -> str:
    headings, rows = grid(section, escape=escape, strong=lambda text: rf"\textbf{{{text}}}", beside=_beside)
    said = " ".join([sentences, *map(escape, section.notes)])
    lines = [
        r"\begin{table}",
        r"\centering\small",
        rf"\caption{{{escape(board.title)}: {escape(section.title)}. {said}}}",
        rf"\begin{{tabular}}{{l{'r' * len(section.headings)}}}",
        r"\toprule",
        _line(headings),
        r"\midrule",
        *map(_line, rows),
        r"\bottomrule",
        r"\end{tabular}",
        r"\end{table}",
    ]
    return "\n".join(lines)


def _beside(text: str, interval: str) -> str:
    """Return the interval below its number, in small letters."""
    return rf"\shortstack[r]{{{text}\\{{\scriptsize {escape(interval)}}}}}"


def _line(cells: Sequence[str]) -> str:
    return " & ".join(cells) + r" \\"
