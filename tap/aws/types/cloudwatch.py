"""CloudWatch: alarms on metrics."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tap.aws.compare import equal_in_meaning
from tap.aws.resource_type import Aws, Client, Found, GeneratedName, ResourceType, Wanted
from tap.aws.schema import Kind, type_schema
from tap.aws.shapes import Spelling, from_aws, to_aws
from tap.aws.tags import diff_tags, from_list, to_list
from tap.aws.validation import Problems, at_least, length, not_together, one_of, values_at
from tap.engine.provider import ProviderError

_SPELLING: Final = Spelling(
    {
        "name": "AlarmName",
        "okActions": "OKActions",
        "evaluateLowSampleCountPercentiles": "EvaluateLowSampleCountPercentile",
        "metricQueries": "Metrics",
        "promqlCriteria": "PromQLCriteria",
    },
    pair="Name",
)
_ACTIONS: Final = ("alarmActions", "insufficientDataActions", "okActions")
_ONE_METRIC: Final = ("dimensions", "extendedStatistic", "metricName", "namespace", "period", "statistic")
_DOCUMENT: Final = frozenset({
    *_ACTIONS, *_ONE_METRIC, "actionsEnabled", "alarmDescription", "comparisonOperator", "datapointsToAlarm",
    "evaluateLowSampleCountPercentiles", "evaluationCriteria", "evaluationInterval", "evaluationPeriods",
    "evaluationWindow", "metricQueries", "name", "threshold", "thresholdMetricId", "treatMissingData", "unit",
    "warmUpConfiguration",
})  # fmt: skip


class MetricAlarm(ResourceType):
    """CloudWatch takes an alarm as one document, on creation and on change; its name is the id."""

    token = "aws:cloudwatch/metricAlarm:MetricAlarm"
    supported = _DOCUMENT
    replace_on = frozenset({"name"})
    defaults = {"actionsEnabled": True, "treatMissingData": "missing"}
    name = GeneratedName("name", 255)
    set_properties = frozenset({*_ACTIONS, "metricQueries"})
    taggable = True
    marked_by_tag = True
    schema_version = 1
    actions = frozenset({
        "cloudwatch:PutMetricAlarm", "cloudwatch:DescribeAlarms", "cloudwatch:ListTagsForResource",
        "cloudwatch:TagResource", "cloudwatch:UntagResource", "cloudwatch:DeleteAlarms",
    })  # fmt: skip

    def make(self, aws: Aws, want: Wanted, mark: str) -> str:
        """CloudWatch would silently overwrite somebody else's alarm of this name, so it is asked first."""
        cloudwatch = aws.client("cloudwatch")
        if _described(cloudwatch, want["name"]):
            raise ProviderError(
                f"CloudWatch metric alarm {want['name']!r} already exists",
                hint="choose another name, remove the other one, or take it over with `tap import`",
                code="AlreadyExists",
            )
        cloudwatch.put_metric_alarm(**self._document(want), Tags=to_list(want.get("tags", {})))
        return str(want["name"])

    def made_ids(self, aws: Aws, want: Wanted, mark: str) -> list[str]:
        return [str(want["name"])]

    def find(self, aws: Aws, id: str, want: Wanted) -> Found | None:
        cloudwatch = aws.client("cloudwatch")
        alarm = _described(cloudwatch, id)
        if alarm is None:
            return None
        document = {**alarm, "Metrics": [_as_one_level(query) for query in alarm.get("Metrics", [])]}
        found: Found = from_aws(self._kind, document, _SPELLING)
        found["treatMissingData"] = found["treatMissingData"] or "missing"
        tags = from_list(cloudwatch.list_tags_for_resource(ResourceARN=alarm["AlarmArn"])["Tags"])
        return {**found, "arn": alarm["AlarmArn"], "tags": tags}

    def mend(self, aws: Aws, id: str, have: Found, want: Wanted, before: Wanted) -> None:
        cloudwatch = aws.client("cloudwatch")
        told = _DOCUMENT - ({"evaluateLowSampleCountPercentiles"} - want.keys())
        if not all(equal_in_meaning(self, key, want.get(key), have.get(key)) for key in told):
            cloudwatch.put_metric_alarm(**self._document(want))
        changed, removed = diff_tags(have["tags"], want.get("tags", {}))
        if removed:
            cloudwatch.untag_resource(ResourceARN=have["arn"], TagKeys=removed)
        if changed:
            cloudwatch.tag_resource(ResourceARN=have["arn"], Tags=to_list(changed))

    def remove(self, aws: Aws, id: str, have: Wanted) -> None:
        aws.client("cloudwatch").delete_alarms(AlarmNames=[id])

    def validate(self, want: Wanted) -> Problems:
        operators = {
            f"{one}Threshold" for one in ("GreaterThan", "GreaterThanOrEqualTo", "LessThan", "LessThanOrEqualTo")
        }
        bands = {"LessThanLowerOrGreaterThanUpperThreshold", "LessThanLowerThreshold", "GreaterThanUpperThreshold"}
        lone = "metricName" in want and "statistic" not in want and "extendedStatistic" not in want
        return [
            *([("metricName", "one of statistic or extendedStatistic must be set beside metricName")] if lone else []),
            *[problem for one in _ONE_METRIC for problem in not_together(want, one, "metricQueries")],
            *not_together(want, "statistic", "extendedStatistic"),
            *not_together(want, "threshold", "thresholdMetricId"),
            *one_of(want, "comparisonOperator", operators | bands),
            *one_of(want, "statistic", {"Average", "Maximum", "Minimum", "SampleCount", "Sum"}),
            *one_of(want, "treatMissingData", {"breaching", "ignore", "missing", "notBreaching"}),
            *one_of(want, "evaluateLowSampleCountPercentiles", {"evaluate", "ignore"}),
            *at_least(want, "evaluationPeriods", 1),
            *at_least(want, "datapointsToAlarm", 1),
            *length(want, "name", 1, 255),
            *length(want, "alarmDescription", 0, 1024),
            *[problem for actions in _ACTIONS[1:] for problem in _at_most_five(want, actions)],
            *_periods(want, "period", {10, 20, 30}),
            *_periods(want, "metricQueries.metric.period", {1, 5, 10, 20, 30}),
        ]

    @property
    def _kind(self) -> Kind:
        outputs: Mapping[str, Any] = type_schema(self.token).outputs
        return {"object": {key: shape for key, shape in outputs.items() if key in _DOCUMENT}}

    def _document(self, want: Wanted) -> dict[str, Any]:
        told = {key: value for key, value in want.items() if key in _DOCUMENT}
        if "thresholdMetricId" not in told and "evaluationCriteria" not in told:
            told.setdefault("threshold", 0)  # as Terraform does: CloudWatch wants one or the other
        document: dict[str, Any] = to_aws(self._kind, told, _SPELLING)
        if "Metrics" in document:
            document["Metrics"] = [_as_metric_stat(query) for query in document["Metrics"]]
        return document


def _described(cloudwatch: Client, name: str) -> dict[str, Any] | None:
    answer = cloudwatch.describe_alarms(AlarmNames=[name], AlarmTypes=["MetricAlarm"])
    return next(iter(answer["MetricAlarms"]), None)


_OF_A_METRIC: Final = frozenset({"Dimensions", "MetricName", "Namespace"})


def _as_metric_stat(query: dict[str, Any]) -> dict[str, Any]:
    """Pulumi has a query's metric on one level, CloudWatch on two. Unsaid, `returnData` is false, not AWS's true."""
    query = {"ReturnData": False, **query}
    if "Metric" not in query:
        return query
    flat = query.pop("Metric")
    metric = {key: value for key, value in flat.items() if key in _OF_A_METRIC}
    rest = {key: value for key, value in flat.items() if key not in _OF_A_METRIC}
    return {**query, "MetricStat": {"Metric": metric, **rest}}


def _as_one_level(query: dict[str, Any]) -> dict[str, Any]:
    if "MetricStat" not in query:
        return query
    rest = dict(query["MetricStat"])
    return {**query, "Metric": {**rest.pop("Metric"), **rest}}


def _at_most_five(want: Wanted, actions: str) -> Problems:
    value = want.get(actions)
    many = isinstance(value, list) and len(value) > 5
    return [(actions, f"{actions} can have at most 5 elements")] if many else []


def _periods(want: Wanted, path: str, short: set[int]) -> Problems:
    return [
        (place, f"expected {place} to be one of {sorted(short)} or divisible by 60, got {value}")
        for place, value in values_at(want, path)
        if value not in short and value % 60
    ]
