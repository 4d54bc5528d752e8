"""Registers `many:count` resources of a made-up provider: half of them depend on an earlier one."""

import pulumi

count = pulumi.Config("many").require_int("count")
made: list[pulumi.CustomResource] = []
for index in range(count):
    inputs = {"size": index, "color": "red", "labels": {"a": "1", "b": "2"}}
    if index % 2:
        inputs["of"] = made[index // 2].id
    made.append(pulumi.CustomResource("fake:index:Thing", f"thing-{index}", inputs))
pulumi.export("last", made[-1].id)
