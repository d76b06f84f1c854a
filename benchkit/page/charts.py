"""The charts as Vega-Lite specifications without their data, which the page's script puts in under the name ``data``.

Colours are names of roles (``normal``, ``anomaly``); the script gives them the colours of the page, light or dark.
"""

from __future__ import annotations

from typing import Any

_SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"


def specifications() -> dict[str, dict[str, Any]]:
    """Return each chart's specification by its name."""
    return {
        "roc": _curve("false-positive rate", "true-positive rate", ("false-positive rate", "true-positive rate")),
        "pr": _curve("recall", "precision", ("recall", "precision")),
        "histogram": _histogram(),
        "space": _latent(),
        "losses": _losses(),
        "pareto": _pareto(),
    }


def _chart(height: int, layers: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {
        "$schema": _SCHEMA,
        "width": "container",
        "height": height,
        "autosize": {"type": "fit", "contains": "padding"},
        "data": {"name": "data"},
        "layer": layers,
        **more,
    }


def _axis(field: str, title: str, **more: Any) -> dict[str, Any]:
    return {"field": field, "type": "quantitative", "title": title, **more}


def _curve(x: str, y: str, titles: tuple[str, str]) -> dict[str, Any]:
    """Return a curve in the unit square, the decision at the threshold as a point on it, and the diagonal of a ROC."""
    domain = {"scale": {"domain": [0, 1]}, "axis": {"values": [0, 0.25, 0.5, 0.75, 1], "format": ".2~f"}}
    axes = {"x": _axis("x", x, **domain), "y": _axis("y", y, **domain)}
    tooltip = [{"field": field, "title": title, "format": ".3f"} for field, title in zip("xy", titles, strict=True)]
    line = {
        "transform": [{"filter": "datum.kind == 'curve'"}],
        "mark": {"type": "line", "interpolate": "linear", "strokeWidth": 2, "role": "anomaly"},
        "encoding": {**axes, "order": {"field": "order", "type": "quantitative"}},
    }
    point = {
        "transform": [{"filter": "datum.kind == 'threshold'"}],
        "mark": {"type": "point", "filled": True, "size": 70, "role": "limit"},
        "encoding": {**axes, "tooltip": tooltip},
    }
    corners = {
        "transform": [{"filter": "datum.kind == 'curve'"}],
        "mark": {"type": "point", "size": 120, "opacity": 0},
        "encoding": {**axes, "tooltip": tooltip},
    }
    chance = {
        "transform": [{"filter": "datum.kind == 'chance'"}],
        "mark": {"type": "line", "strokeDash": [4, 4], "strokeWidth": 1, "role": "faint"},
        "encoding": axes,
    }
    return _chart(220, [chance, line, corners, point])


def _histogram() -> dict[str, Any]:
    """Return both kinds' shares over the same bins, one above the other see-through, and the thresholds as rules."""
    score = _axis("from", "score", scale={"zero": False, "nice": False})
    bars = {
        "transform": [{"filter": "datum.kind != 'threshold'"}],
        "mark": {"type": "bar", "opacity": 0.55, "binSpacing": 0},
        "encoding": {
            "x": {**score, "bin": {"binned": True}},
            "x2": {"field": "to"},
            "y": _axis("share", "share of images", stack=None, axis={"format": "%"}),
            "color": _kinds(),
            "tooltip": [
                {"field": "kind", "title": "kind"},
                {"field": "from", "title": "from", "format": ".4~g"},
                {"field": "to", "title": "to", "format": ".4~g"},
                {"field": "share", "title": "share", "format": ".2%"},
            ],
        },
    }
    rules = {
        "transform": [{"filter": "datum.kind == 'threshold'"}],
        "mark": {"type": "rule", "strokeWidth": 2, "strokeDash": [6, 3], "role": "limit"},
        "encoding": {"x": score, "tooltip": [{"field": "from", "title": "threshold", "format": ".4~g"}]},
    }
    return _chart(220, [bars, rules])


def _kinds() -> dict[str, Any]:
    return {
        "field": "kind",
        "type": "nominal",
        "title": None,
        "scale": {"domain": ["normal", "anomaly"], "range": ["role:normal", "role:anomaly"]},
        "legend": {"orient": "top", "direction": "horizontal"},
    }


def _latent() -> dict[str, Any]:
    free = {"scale": {"zero": False, "nice": False, "padding": 8}}
    points = {
        "mark": {"type": "point", "filled": True, "size": 18, "opacity": 0.6},
        "encoding": {
            "x": _axis("x", "first axis", **free),
            "y": _axis("y", "second axis", **free),
            "color": _kinds(),
            "shape": {
                "field": "kind",
                "type": "nominal",
                "scale": {"domain": ["normal", "anomaly"], "range": ["circle", "triangle-up"]},
            },
        },
    }
    return _chart(220, [points])


def _losses() -> dict[str, Any]:
    """Return the mean training loss of each epoch, one line a fit, on a logarithmic scale."""
    line = {
        "mark": {
            "type": "line",
            "strokeWidth": 1.5,
            "opacity": 0.7,
            "point": {"size": 14, "role": "anomaly"},
            "role": "anomaly",
        },
        "encoding": {
            "x": _axis("epoch", "epoch", axis={"tickMinStep": 1, "format": "d"}, scale={"zero": False, "nice": False}),
            "y": _axis("loss", "training loss", scale={"type": "log", "nice": False}, axis={"tickCount": 4}),
            "detail": {"field": "fit", "type": "nominal"},
            "tooltip": [{"field": "fits"}, {"field": "epoch"}, {"field": "loss", "format": ".4~g"}],
        },
    }
    return _chart(140, [line])


def _pareto() -> dict[str, Any]:
    """Return quality over throughput: who is beaten by nobody stands on the line."""
    axes = {
        "x": _axis("speed", "images per second", scale={"type": "log"}, axis={"format": "~s", "tickCount": 6}),
        "y": _axis("quality", "mean AUROC", scale={"zero": False, "nice": True}),
    }
    front = {
        "transform": [{"filter": "datum.front"}],
        "mark": {"type": "line", "interpolate": "step-before", "strokeDash": [4, 3], "role": "faint"},
        "encoding": {**axes, "order": {"field": "speed", "type": "quantitative"}},
    }
    bars = {
        "mark": {"type": "rule", "role": "faint"},
        "encoding": {"x": axes["x"], "y": {**axes["y"], "field": "low"}, "y2": {"field": "high"}},
    }
    points = {
        "mark": {"type": "point", "filled": True, "size": 90},
        "encoding": {
            **axes,
            "color": {
                "field": "front",
                "type": "nominal",
                "scale": {"domain": [True, False], "range": ["role:anomaly", "role:normal"]},
                "legend": None,
            },
            "tooltip": [
                {"field": "name", "title": "detector"},
                {"field": "quality", "title": "mean AUROC", "format": ".3f"},
                {"field": "speed", "title": "images/s", "format": ",.0f"},
            ],
        },
    }
    beside = {"expr": "datum.above ? -12 : 14"}  # of neighbours on the front one above its point and one below
    names = {
        "transform": [{"filter": "datum.front"}],  # all of them would cover each other; the table has them all
        "mark": {"type": "text", "dy": beside, "fontSize": 11, "limit": 160},
        "encoding": {**axes, "text": {"field": "name"}},
    }
    return _chart(360, [front, bars, points, names])
