"""Dashboards: rows of graphs, from what users meet down to what keeps the data."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from troposphere import Sub, Template

    from blueprints.context import Context
    from blueprints.monitoring.watch import Metric

HERE = "${AWS::Region}"
_COLUMNS, _GRAPH_WIDTH, _GRAPH_HEIGHT, _TITLE_HEIGHT, _ALARMS_HEIGHT = 24, 8, 6, 1, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A metric with the words beside it; `region` is where it is measured, by default that of the stack."""

    metric: Metric
    label: str
    region: str = HERE


@dataclass(frozen=True, slots=True)
class Graph:
    """Several lines together."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One layer of the application; without lines in any graph it is left out."""

    title: str
    graphs: tuple[Graph, ...]

    def shown(self) -> tuple[Graph, ...]:
        """The graphs that have a line."""
        return tuple(graph for graph in self.graphs if graph.lines)


def add_dashboard(
    template: Template,
    title: str,
    name: str | Sub,
    rows: Sequence[Row],
    *,
    alarms: Sequence[str] = (),
    condition: str = "",
) -> None:
    """A dashboard with the alarms (logical ids of this template) on top. Names of dashboards are the account's, not a
    region's: each region's is in `name`."""
    from troposphere import Sub
    from troposphere.cloudwatch import Dashboard

    template.add_resource(
        Dashboard(
            title,
            DashboardName=name,
            DashboardBody=Sub(json.dumps({"widgets": _widgets(rows, alarms)}, separators=(",", ":"))),
            **({"Condition": condition} if condition else {}),
        )
    )


def dashboard_name(context: Context) -> Sub:
    """That of the region of the stack."""
    from troposphere import Sub

    return Sub(f"{context.prefix}-{HERE}")


def _widgets(rows: Sequence[Row], alarms: Sequence[str]) -> list[dict[str, Any]]:
    widgets: list[dict[str, Any]] = []
    top = 0
    if alarms:
        arns = [f"${{{title}.Arn}}" for title in alarms]
        shown = {"title": "Alarms", "alarms": arns}
        widgets.append(_widget("alarm", 0, 0, _COLUMNS, _ALARMS_HEIGHT, shown))
        top = _ALARMS_HEIGHT
    for row in rows:
        if not (graphs := row.shown()):
            continue
        widgets.append(_widget("text", 0, top, _COLUMNS, _TITLE_HEIGHT, {"markdown": f"## {row.title}"}))
        top += _TITLE_HEIGHT
        for at, graph in enumerate(graphs):
            column, line = at * _GRAPH_WIDTH % _COLUMNS, at * _GRAPH_WIDTH // _COLUMNS
            place = (column, top + line * _GRAPH_HEIGHT, _GRAPH_WIDTH, _GRAPH_HEIGHT)
            widgets.append(_widget("metric", *place, _graph(graph)))
        top += -(-len(graphs) * _GRAPH_WIDTH // _COLUMNS) * _GRAPH_HEIGHT
    return widgets


def _widget(kind: str, x: int, y: int, width: int, height: int, properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": kind, "x": x, "y": y, "width": width, "height": height, "properties": properties}


def _graph(graph: Graph) -> dict[str, Any]:
    return {
        "title": graph.title,
        "region": HERE,
        "period": 60,
        "metrics": [
            [
                line.metric.namespace,
                line.metric.name,
                *(part for name, value in line.metric.dimensions for part in (name, _text(value))),
                {"stat": line.metric.statistic, "label": line.label, "region": line.region},
            ]
            for line in graph.lines
        ],
    }


def _text(value: object) -> str:
    """A dimension's value inside the text of Fn::Sub."""
    from troposphere import Ref, Sub

    if isinstance(value, Ref):
        return f"${{{value.data['Ref']}}}"
    return str(value.data["Fn::Sub"]) if isinstance(value, Sub) else str(value)
