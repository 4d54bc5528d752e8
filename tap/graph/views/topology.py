"""What is built and where: a column a zone, a row a tier; beside it what is no part of the network.

The VPCs are on the left, alarms, logs and buckets of the stack's own region on the right; below them IAM and the other
regions; below all what has no place of its own.
"""

from __future__ import annotations

from tap.graph.canvas import HEADER, PAD, Canvas, height
from tap.graph.picture import Box, Label, LegendEntry, Picture, Rect, Row
from tap.graph.topology import INTERNET, Bucket, Topology
from tap.graph.views import network, services
from tap.graph.views.services import Services
from tap.graph.words import topology_sentences

_EDGE = 20
_TOP = 84
_GAP_NETWORK = 96
_GAP_AWAY = 58
_AWAY = 184
_ASIDE = 36
_OTHER = 212
_OTHERS_MAX = 60
_CONTENT = HEADER + PAD
"""Pixels: around everything; above the regions, for the internet; between the network and the services, for words on
lines; between regions, likewise; width of a box in another region, how far from its
right edge a line enters it, width of a box among the others; how many others are drawn."""

_LEGEND = (
    LegendEntry("box public", "public subnet"),
    LegendEntry("box private", "private subnet"),
    LegendEntry("box key", "encrypted by this key"),
    LegendEntry("line public", "internet, both ways"),
    LegendEntry("line nat", "internet, outward only"),
    LegendEntry("line data", "data, not through the internet"),
    LegendEntry("line log", "logs and alarms"),
)


def topology_picture(topology: Topology) -> Picture:
    canvas = Canvas(topology)
    plans = [network.measure(vpc) for vpc in topology.vpcs]
    top = _TOP if any(vpc.gateways for vpc in topology.vpcs) else _EDGE
    inner = Rect(2 * _EDGE, top + _CONTENT, 0, 0)
    size = services.measure(topology)
    wide = max((plan.width for plan in plans), default=0)
    tall = max(sum(plan.height + _EDGE for plan in plans) - _EDGE, size.height, 40)
    services_x = inner.x + (wide + _GAP_NETWORK if plans and size.height else wide)
    home_right = max(services_x + size.width + _EDGE, inner.x + 240)
    home = Rect(_EDGE, top, home_right - _EDGE, tall + _CONTENT + _EDGE)
    if topology.home or plans or size.height:
        region = Box("", "region", home, topology.home or "region not known", icon="region", container=True)
        canvas.box(region)
    places = _draw_vpcs(canvas, topology, plans, Rect(inner.x, inner.y, wide, tall))
    drawn = services.draw(canvas, topology, Rect(services_x, inner.y, size.width, tall))
    _connect(canvas, topology, places, drawn)
    right, bottom = _draw_away(canvas, topology, drawn, home)
    bottom = _draw_others(canvas, topology, Rect(_EDGE, bottom + _EDGE, right - _EDGE, 0))
    return Picture(
        "topology",
        "What is built",
        right + _EDGE,
        bottom + _EDGE,
        tuple(canvas.boxes),
        tuple(canvas.lines),
        _LEGEND,
        tuple(topology_sentences(topology)),
    )


def _draw_vpcs(canvas: Canvas, topology: Topology, plans: list[network.Plan], inner: Rect) -> dict[str, network.Drawn]:
    """The VPCs below each other, the last one as tall as there is room."""
    drawn: dict[str, network.Drawn] = {}
    y = inner.y
    for number, plan in enumerate(plans):
        last = number == len(plans) - 1
        place = Rect(inner.x, y, inner.w, inner.bottom - y if last else plan.height)
        drawn[plan.vpc.key] = network.draw(canvas, topology, plan, place)
        y = place.bottom + _EDGE
    gateways = [(key, rect) for one in drawn.values() for key, rect in one.gateways.items()]
    if gateways:
        first = gateways[0][1]
        internet = Rect(first.cx - 90, _EDGE, 180, height(0))
        canvas.box(Box(INTERNET, "internet", internet, "Internet", icon="internet"))
        for number, (key, rect) in enumerate(gateways):
            if number == 0:
                way = [(internet.cx, internet.bottom), (rect.cx, rect.y)]
            else:  # along the left edge of the region, where nothing else is
                lane = _EDGE + 6
                way = [(internet.x, internet.cy), (lane, internet.cy), (lane, rect.cy), (rect.x, rect.cy)]
            canvas.line("public", way, (INTERNET, key), both=True, by=(key,))
    return drawn


def _connect(canvas: Canvas, topology: Topology, places: dict[str, network.Drawn], drawn: Services) -> None:
    """Flow logs into their log groups, and S3's endpoint to the buckets."""
    for vpc in topology.vpcs:
        place = places[vpc.key]
        for log in topology.flow_logs:
            target = drawn.first_column.get(log.target)
            if log.key in vpc.flow_logs and target and place.frame.y < target.cy < place.frame.bottom:
                label = Label("flow logs", place.frame.right + 10, target.cy - 6, "start", 64)
                way = [(place.frame.right, target.cy), (target.x, target.cy)]
                canvas.line("log", way, (vpc.key, log.target), label=label, by=(log.key,))
        for endpoint in vpc.endpoints:
            rect = place.endpoints[endpoint.key]
            if endpoint.service == "S3" and drawn.storage and place.rightmost == endpoint.key:
                level = min(max(rect.cy, drawn.storage.y + 16), drawn.storage.bottom - 16)
                turn = place.frame.right + 78
                way = [(rect.right, rect.cy), (turn, rect.cy), (turn, level), (drawn.storage.x, level)]
                canvas.line("data", way, (endpoint.key, "storage"), by=(endpoint.key,))


# -- IAM and the other regions ---------------------------------------------------------------------------------------


def _draw_away(canvas: Canvas, topology: Topology, drawn: Services, home: Rect) -> tuple[int, int]:
    """Below the stack's own region: IAM on the left, other regions on the right. How far the picture now reaches."""
    y = home.bottom + _GAP_AWAY
    bottom, left, right = home.bottom, home.x, home.right
    if topology.roles:
        frame = _draw_roles(canvas, topology, Rect(home.x, y, home.w, 0))
        bottom, left = frame.bottom, frame.right + _EDGE
    regions = [region for region in topology.regions if region != topology.home]
    across = len(regions) * (_AWAY + 2 * PAD + _EDGE) - _EDGE
    x = max(left, home.right - (_EDGE if regions else 0) - across)
    for region in reversed(regions):
        frame = _draw_region(canvas, topology, drawn, region, Rect(x, y, _AWAY + 2 * PAD, 0))
        bottom, right, x = max(bottom, frame.bottom), max(right, frame.right), frame.right + _EDGE
    return right, bottom


def _draw_roles(canvas: Canvas, topology: Topology, place: Rect) -> Rect:
    """All roles in rows, in at most half of the width."""
    rows = {role.key: tuple(Row(f"assumed by {name}") for name in role.trusted[:3]) for role in topology.roles}
    columns = max(1, min(len(rows), (place.w // 2 - PAD) // (_AWAY + 10)))
    tall = max(height(len(one)) for one in rows.values())
    lines = -(-len(rows) // columns)
    frame = Rect(place.x, place.y, columns * (_AWAY + 10) - 10 + 2 * PAD, HEADER + lines * (tall + 10) + 4)
    canvas.box(Box("", "panel", frame, "IAM, in no region", icon="role", container=True))
    for number, role in enumerate(topology.roles):
        row, column = divmod(number, columns)
        at = Rect(frame.x + PAD + column * (_AWAY + 10), frame.y + HEADER + row * (tall + 10), _AWAY, tall)
        about = f"role {role.label}"
        canvas.box(Box(role.key, "role", at, role.label, rows=rows[role.key], icon="role", about=about))
    return frame


def _draw_region(canvas: Canvas, topology: Topology, drawn: Services, region: str, place: Rect) -> Rect:
    """Another region and what is in it; its frame."""
    boxes = services.boxes_of_region(topology, region)
    inside = sum(height(len(box.rows)) + 10 for box in boxes) - 10 if boxes else 0
    frame = Rect(place.x, place.y, place.w, HEADER + inside + PAD)
    canvas.box(Box("", "region", frame, region, icon="region", container=True), title_room=_AWAY - _ASIDE)
    y = frame.y + HEADER
    for number, box in enumerate(boxes):
        rect = canvas.box(services.at(box, Rect(frame.x + PAD, y, _AWAY, height(len(box.rows)))))
        sources = [bucket for bucket in topology.buckets if box.key in bucket.replicas]
        for bucket in sources if number == 0 else ():
            _replicate(canvas, topology, drawn, bucket, box.key, rect)
        y = rect.bottom + 10
    return frame


def _replicate(canvas: Canvas, topology: Topology, drawn: Services, bucket: Bucket, key: str, rect: Rect) -> None:
    """A line from a bucket down to the first one of another region, where no box stands between."""
    if bucket.key != drawn.lowest_source:
        return
    source = drawn.buckets[bucket.key]
    turn = rect.y - HEADER - _GAP_AWAY // 2
    start, end = source.right - _ASIDE, rect.right - _ASIDE
    label = Label("replication", end - 10, rect.y - HEADER - 12, "end", 90)
    way = [(start, source.bottom), (start, turn), (end, turn), (end, rect.y)]
    rules = topology.parts.get(bucket.key, ())
    by = [part for part in rules if topology.things[part].kind == "BucketReplicationConfig"]
    canvas.line("data", way, (bucket.key, key), label=label, by=by)


# -- what is left ----------------------------------------------------------------------------------------------------


def _draw_others(canvas: Canvas, topology: Topology, place: Rect) -> int:
    """A list of what has no place of its own; where it ends."""
    others = topology.others[:_OTHERS_MAX]
    if not others:
        return place.y - _EDGE
    columns = max(1, (place.w - PAD) // (_OTHER + 10))
    lines = -(-len(others) // columns)
    more = len(topology.others) - len(others)
    frame = Rect(place.x, place.y, place.w, HEADER + lines * (height(1) + 10) + 4)
    note = f"{len(topology.others)}, {more} of them not drawn" if more else str(len(others))
    canvas.box(Box("", "panel", frame, "Others in this stack", note=note, icon="other", container=True))
    for number, key in enumerate(others):
        thing = topology.things[key]
        row, column = divmod(number, columns)
        rect = Rect(
            frame.x + PAD + column * (_OTHER + 10), frame.y + HEADER + row * (height(1) + 10), _OTHER, height(1)
        )
        words = thing.remark or thing.type
        canvas.box(Box(key, "other", rect, topology.labels[key], rows=(Row(words),), icon="other"))
    return frame.bottom
