"""The program whose checkpoint the Pulumi CLI wrote (tests/state/data)."""

import pulumi

color = pulumi.Config().get("color") or "red"


class Thing(pulumi.CustomResource):
    pw: pulumi.Output[str]

    def __init__(self, name, props, opts):
        super().__init__("fake:index:Thing", name, {"pw": None, **props}, opts)


options = pulumi.ResourceOptions(version="1.2.3")
a = Thing("a", {"color": color, "pw": pulumi.Output.secret("hunter2")}, options)
b = Thing("b", {"of": a.id}, options)
pulumi.export("id", b.id)
pulumi.export("pw", a.pw)
