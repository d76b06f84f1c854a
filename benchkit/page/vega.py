"""Vega, which draws the charts: one script with Vega, Vega-Lite and vega-embed."""

from __future__ import annotations

from benchkit.errors import UsageError


def vega_script() -> str:
    """Return the script; it offers ``vegaEmbed`` to the page.

    Raises:
        UsageError: the library that brings it is not installed.
    """
    try:
        import vl_convert
    except ImportError as error:
        raise UsageError(
            f"report: got no Vega to draw charts with ({error}); expected what the extra `report` brings. Install it "
            "with: pip install 'benchkit[report]'"
        ) from error
    return str(vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;"))
