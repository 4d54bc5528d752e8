"""Transforms of each kind: own, of a component, of the stack, of invokes; some give back nothing."""

import pulumi
from pulumi.runtime import invoke
from thing import Thing


def adding(key, **options):
    def transform(arguments):
        order = [*arguments.props.get("order", []), key]
        merged = pulumi.ResourceOptions.merge(arguments.opts, pulumi.ResourceOptions(**options))
        return pulumi.ResourceTransformResult({**arguments.props, "order": order, key: True}, merged)

    return transform


def nothing(_):
    return None


def of_invoke(arguments):
    return pulumi.InvokeTransformResult({**arguments.args, "added": 1}, arguments.opts)


class Group(pulumi.ComponentResource):
    def __init__(self, name, opts=None):
        super().__init__("fake:index:Group", name, None, opts)
        self.inner = Thing("inner", {}, pulumi.ResourceOptions(parent=self, transforms=[adding("own"), nothing]))
        self.register_outputs({})


source = Thing("source")
pulumi.runtime.register_invoke_transform(of_invoke)
pulumi.runtime.register_resource_transform(adding("stack", protect=True))
Group("group", pulumi.ResourceOptions(transforms=[adding("group", ignore_changes=["x"])]))
Thing(
    "fed",
    {"of": source.id, "secret": pulumi.Output.secret("s"), "list": [source.id, None]},
    pulumi.ResourceOptions(
        delete_before_replace=True,
        custom_timeouts=pulumi.CustomTimeouts(create="5m"),
        aliases=["urn:pulumi:dev::tests::fake:index:Thing::was"],
    ),
)
pulumi.export("invoked", invoke("fake:index:lookup", {"name": "x"}).value)
