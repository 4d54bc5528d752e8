"""What a region has besides its network: alarms and their topics, logs, buckets; each key around what it encrypts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from tap.graph.canvas import HEADER, PAD, Canvas, height
from tap.graph.picture import NOWHERE, Box, Label, Rect, Row
from tap.graph.topology import Alarm, Bucket, EncryptionKey, LogGroup, Topic, Topology

_BOX = 184
_BETWEEN = 114
_GAP = 20
WIDTH = 2 * (_BOX + PAD) + _BETWEEN
_HALF = (WIDTH - 3 * PAD) // 2
_LOG = height(2)
"""Pixels: widths of a box, of the space between two, for the words on lines; between the blocks; of all of it."""


@dataclass(frozen=True, slots=True)
class Size:
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class _Block:
    """A key, or the lack of one, and what it encrypts; beside topics stand the alarms that speak through them."""

    key: str
    title: str
    kind: str
    alarms: tuple[Alarm, ...]
    topics: tuple[Topic, ...]
    logs: tuple[LogGroup, ...]
    rows: tuple[Row, ...] = ()

    @property
    def log_columns(self) -> int:
        return 2

    @property
    def height(self) -> int:
        beside = max(_stacked(map(_topic_box, self.topics)), _stacked(map(_alarm_box, self.alarms)))
        lines = -(-len(self.logs) // self.log_columns)
        inside = beside + (10 if beside and lines else 0) + lines * (_LOG + 10) - (10 if lines else 0)
        return HEADER + inside + PAD if inside else height(len(self.rows))


@dataclass(slots=True)
class Services:
    """Where things are. first_column: what can be reached from the left; storage: the panel of the buckets;
    lowest_source: the bucket from which the way down is free."""

    first_column: dict[str, Rect] = field(default_factory=dict)
    buckets: dict[str, Rect] = field(default_factory=dict)
    lowest_source: str = ""
    storage: Rect | None = None


def measure(topology: Topology) -> Size:
    blocks = _blocks(topology)
    heights = [block.height for block in blocks]
    if left := _buckets(topology):
        heights.append(_storage_height(*left))
    return Size(WIDTH, sum(heights) + _GAP * (len(heights) - 1)) if heights else Size(0, 0)


def draw(canvas: Canvas, topology: Topology, place: Rect) -> Services:
    """From the top of the place down, evenly; the buckets at its bottom."""
    drawn = Services()
    blocks = _blocks(topology)
    spare = max(0, place.h - measure(topology).height)
    y = place.y
    for block in blocks:
        rect = Rect(place.x, y, WIDTH, block.height)
        _draw_block(canvas, block, rect, drawn)
        y = rect.bottom + _GAP + spare // len(blocks)
    if columns := _buckets(topology):
        tall = _storage_height(*columns)
        drawn.storage = Rect(place.x, place.bottom - tall, WIDTH, tall)
        _draw_storage(canvas, topology, columns, drawn)
    return drawn


# -- alarms and logs -------------------------------------------------------------------------------------------------


def _blocks(topology: Topology) -> list[_Block]:
    """Those with alarms first."""
    at_home = [key for key in topology.keys if key.region in (topology.home, "")]
    taken = {key.key for key in at_home}
    logs = [each for each in topology.log_groups if each.region in (topology.home, "")]
    topics = [each for each in topology.topics if each.region in (topology.home, "")]
    blocks = [_of_key(topology, key, topics, logs) for key in at_home]
    bare_topics = tuple(each for each in topics if each.encrypted_by not in taken)
    bare_logs = tuple(each for each in logs if each.encrypted_by not in taken)
    placed = {alarm.key for block in blocks for alarm in block.alarms}
    alarms = tuple(alarm for alarm in topology.alarms if alarm.key not in placed)
    alarms = tuple(alarm for alarm in alarms if alarm.region in (topology.home, ""))
    if bare_topics or alarms:
        blocks.append(_Block("", "Alarms, no key of this stack", "panel", alarms, bare_topics, ()))
    if bare_logs:
        blocks.append(_Block("", "Logs, no key of this stack", "panel", (), (), _sorted_logs(topology, bare_logs)))
    return sorted(blocks, key=lambda block: (not block.topics and not block.alarms, not block.logs))


def _of_key(topology: Topology, key: EncryptionKey, topics: Sequence[Topic], logs: Sequence[LogGroup]) -> _Block:
    own = tuple(topic for topic in topics if topic.encrypted_by == key.key)
    own_keys = {topic.key for topic in own}
    alarms = tuple(alarm for alarm in topology.alarms if own_keys & set(alarm.topics[:1]))
    mine = _sorted_logs(topology, [log for log in logs if log.encrypted_by == key.key])
    buckets = [bucket.label for bucket in topology.buckets if bucket.encrypted_by == key.key]
    rows = tuple(Row(f"encrypts {label}") for label in buckets) or (Row("encrypts nothing here"),)
    return _Block(key.key, key.label, "key", alarms, own, mine, rows)


def _sorted_logs(topology: Topology, logs: Iterable[LogGroup]) -> tuple[LogGroup, ...]:
    """Those that flow logs go to first: to them leads a line from the left."""
    targets = {log.target for log in topology.flow_logs}
    return tuple(sorted(logs, key=lambda log: (log.key not in targets, log.label)))


def _draw_block(canvas: Canvas, block: _Block, rect: Rect, drawn: Services) -> None:
    """The alarms stand outside of the key's frame: it encrypts what they say, not them."""
    frame = rect
    if block.alarms and block.kind == "key" and not block.logs:
        frame = Rect(rect.right - _BOX - 2 * PAD, rect.y, _BOX + 2 * PAD, rect.h)
    inside = bool(block.topics or block.logs or block.alarms)
    rows = () if inside else block.rows
    about = f"key {block.title}" if block.kind == "key" else ""
    icon = "key" if block.kind == "key" else "other"
    note = "encrypts" if block.kind == "key" and inside else ""
    canvas.box(Box(block.key, block.kind, frame, block.title, note, rows, icon, container=inside, about=about))
    y = rect.y + HEADER
    topics = {}
    for topic in block.topics:
        box = _topic_box(topic)
        topics[topic.key] = canvas.box(at(box, Rect(rect.right - PAD - _BOX, y, _BOX, height(len(box.rows)))))
        y += height(len(box.rows)) + 10
    low = y
    y = rect.y + HEADER
    for alarm in block.alarms:
        box = _alarm_box(alarm)
        place = canvas.box(at(box, Rect(rect.x + PAD, y, _BOX, height(len(box.rows)))))
        _lead_to_topics(canvas, alarm, place, topics)
        y += place.h + 10
    _draw_logs(canvas, block, rect, max(low, y), drawn)


def _lead_to_topics(canvas: Canvas, alarm: Alarm, place: Rect, topics: dict[str, Rect]) -> None:
    for number, target in enumerate(key for key in alarm.topics if key in topics):
        end = topics[target]
        turn = end.x - PAD - 12
        label = Label("notifies", place.right + 10, place.cy - 6, "start", 60) if not number else None
        way = [(place.right, place.cy), (turn, place.cy), (turn, end.cy), (end.x, end.cy)]
        canvas.line("log", way, (alarm.key, target), label=label, by=(alarm.key,))


def _draw_logs(canvas: Canvas, block: _Block, rect: Rect, y: int, drawn: Services) -> None:
    for number, log in enumerate(block.logs):
        row, column = divmod(number, block.log_columns)
        place = Rect(rect.x + PAD + column * (_HALF + PAD), y + row * (_LOG + 10), _HALF, _LOG)
        canvas.box(at(_log_box(log), place))
        if column == 0:
            drawn.first_column[log.key] = place


# -- buckets ---------------------------------------------------------------------------------------------------------


def _buckets(topology: Topology) -> tuple[list[Bucket], list[Bucket]] | None:
    """The buckets of the stack's own region: on the right those with a line of their own, on the left all others."""
    home = [bucket for bucket in topology.buckets if bucket.region in (topology.home, "")]
    right = [bucket for bucket in home if bucket.replicas or bucket.logs]
    return ([bucket for bucket in home if bucket not in right], right) if home else None


def _storage_height(left: list[Bucket], right: list[Bucket]) -> int:
    return HEADER + max(_stacked(map(_bucket_box, left)), _stacked(map(_bucket_box, right))) + PAD


def _draw_storage(
    canvas: Canvas, topology: Topology, columns: tuple[list[Bucket], list[Bucket]], drawn: Services
) -> None:
    frame = drawn.storage
    assert frame is not None  # noqa: S101  - it was set a line before the call
    canvas.box(Box("", "panel", frame, "S3", icon="bucket", container=True))
    for buckets, x in zip(columns, (frame.x + PAD, frame.right - PAD - _BOX), strict=True):
        y = frame.y + HEADER
        for bucket in buckets:
            box = _bucket_box(bucket)
            drawn.buckets[bucket.key] = canvas.box(at(box, Rect(x, y, _BOX, height(len(box.rows)))))
            y += height(len(box.rows)) + 10
    left = {bucket.key for bucket in columns[0]}
    drawn.lowest_source = columns[1][-1].key if columns[1] else ""
    for bucket in columns[1]:
        if bucket.logs in left:
            _log_access(canvas, topology, bucket, drawn)


def _log_access(canvas: Canvas, topology: Topology, bucket: Bucket, drawn: Services) -> None:
    start, end = drawn.buckets[bucket.key], drawn.buckets[bucket.logs]
    level = min(start.cy, end.cy) if start.y == end.y else start.cy
    turn = end.right + 14
    label = Label("access logs", start.x - 10, level - 6, "end", 80)
    way = [(start.x, level), (turn, level), (turn, level if start.y == end.y else end.cy)]
    parts = topology.parts.get(bucket.key, ())
    by = [part for part in parts if topology.things[part].kind == "BucketLogging"]
    canvas.line("log", [*way, (end.right, way[-1][1])], (bucket.key, bucket.logs), label=label, by=by)


# -- single boxes ----------------------------------------------------------------------------------------------------


def at(box: Box, rect: Rect) -> Box:
    return replace(box, rect=rect)


def _topic_box(topic: Topic) -> Box:
    rows = tuple(Row(words) for _, words in topic.subscribers) or (Row("no subscriber"),)
    return Box(topic.key, "topic", NOWHERE, topic.label, rows=rows, icon="topic", about=f"topic {topic.label}")


def _alarm_box(alarm: Alarm) -> Box:
    rows = (Row(alarm.condition or "condition not known"), *(() if alarm.topics else (Row("tells nobody"),)))
    return Box(alarm.key, "alarm", NOWHERE, alarm.label, rows=rows, icon="alarm", about=f"alarm {alarm.label}")


def _log_box(log: LogGroup) -> Box:
    about = f"log group {log.label}"
    rows = (Row(log.name, "mono"), Row(log.retention))
    return Box(log.key, "log", NOWHERE, log.label, rows=rows, icon="log", about=about)


def _bucket_box(bucket: Bucket) -> Box:
    rows = tuple(Row(feature) for feature in bucket.features)
    return Box(bucket.key, "bucket", NOWHERE, bucket.label, "", rows, "bucket", about=f"bucket {bucket.label}")


def _stacked(boxes: Iterable[Box]) -> int:
    return sum(height(len(box.rows)) + 10 for box in boxes) - 10 if (boxes := list(boxes)) else 0


def boxes_of_region(topology: Topology, region: str) -> list[Box]:
    """What another region has: without places yet."""
    keys = [key for key in topology.keys if key.region == region]
    return [
        *(_bucket_box(each) for each in topology.buckets if each.region == region),
        *(Box(key.key, "key", NOWHERE, key.label, "", (Row("key"),), "key") for key in keys),
        *(_log_box(each) for each in topology.log_groups if each.region == region),
        *(_topic_box(each) for each in topology.topics if each.region == region),
        *(_alarm_box(each) for each in topology.alarms if each.region == region),
    ]
