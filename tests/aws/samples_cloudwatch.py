"""Samples of alarms."""

from __future__ import annotations

from tests.aws.sample import Sample, World, unique


def alarm(world: World) -> Sample:
    name = unique("alarm")
    topic = "arn:aws:sns:us-east-1:123456789012:"
    metric = {
        "namespace": "AWS/EC2",
        "metricName": "CPUUtilization",
        "period": 60,
        "stat": "p95",
        "unit": "Percent",
        "dimensions": {"InstanceId": "i-1"},
    }
    return Sample(
        first={
            "name": name,
            "comparisonOperator": "GreaterThanThreshold",
            "evaluationPeriods": 2,
            "metricName": "CPUUtilization",
            "namespace": "AWS/EC2",
            "period": 300,
            "statistic": "Average",
            "threshold": 80,
            "unit": "Percent",
            "alarmDescription": "high",
            "datapointsToAlarm": 1,
            "dimensions": {"AutoScalingGroupName": "web"},
            "alarmActions": [f"{topic}a", f"{topic}b"],
            "treatMissingData": "notBreaching",
            "tags": {"Name": "one", "drop": "me"},
        },
        second={
            "name": name,
            "comparisonOperator": "LessThanThreshold",
            "evaluationPeriods": 3,
            "threshold": 0.5,
            "actionsEnabled": False,
            "okActions": [f"{topic}a"],
            "insufficientDataActions": [f"{topic}b"],
            "evaluateLowSampleCountPercentiles": "ignore",
            "metricQueries": [
                {"id": "e1", "expression": "m1 / 2", "label": "half", "returnData": True},
                {"id": "m1", "metric": metric},
            ],
            "tags": {"Name": "two", "more": ""},
        },
        drift=lambda id: world.client("cloudwatch").delete_alarms(AlarmNames=[id]),
        replacements={"name": unique("alarm"), "region": "us-west-2"},
    )


SAMPLES = {"aws:cloudwatch/metricAlarm:MetricAlarm": alarm}
