"""Things with the properties that the config gives them, one after another."""

import pulumi


class Thing(pulumi.CustomResource):
    def __init__(self, name, props, opts=None):
        super().__init__("fake:index:Thing", name, {"id_echo": None, **props}, opts)


class Group(pulumi.ComponentResource):
    def __init__(self, name, props):
        super().__init__("fake:index:Group", name, props)


config = pulumi.Config()
before = []
for name, props in config.get_object("things", {}).items():
    if "password" in props:
        props["password"] = pulumi.Output.secret(props["password"])
    there = props.pop("import", None)
    before.append(Thing(name, props, pulumi.ResourceOptions(depends_on=before[-1:], import_=there)))
for name, props in config.get_object("groups", {}).items():
    Group(name, props)
