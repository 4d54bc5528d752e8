"""Each option of Pulumi's resources, on a resource named after it; what changes is the `phase` in the config."""

import pulumi
from pulumi.runtime import invoke

phase = pulumi.Config().require_int("phase")
Options = pulumi.ResourceOptions


class Thing(pulumi.CustomResource):
    id_echo: pulumi.Output[str]
    password: pulumi.Output[str]

    def __init__(self, name, props=None, opts=None):
        super().__init__("fake:index:Thing", name, {"id_echo": None, "password": None, **(props or {})}, opts)

    @staticmethod
    def get(name, id):
        return Thing(name, opts=Options(id=id))


class Group(pulumi.ComponentResource):
    def __init__(self, name, opts=None):
        super().__init__("fake:index:Group", name, None, opts)
        self.child = Thing(f"{name}-child", {}, Options(parent=self))
        self.register_outputs({"child": self.child.id})


class Provider(pulumi.ProviderResource):
    def __init__(self, name, props=None, opts=None):
        super().__init__("fake", name, props, opts)


def colored(color):
    return lambda given: pulumi.ResourceTransformResult({**given.props, "color": color}, given.opts)


def on_stack(given):
    if given.name != "stack-transform":
        return None
    merged = Options.merge(given.opts, Options(protect=True))
    return pulumi.ResourceTransformResult({**given.props, "color": "of the stack"}, merged)


def on_invoke(given):
    return pulumi.InvokeTransformResult({**given.args, "added": "by a transform"}, given.opts)


pulumi.runtime.register_resource_transform(on_stack)
pulumi.runtime.register_invoke_transform(on_invoke)

Group("parent", Options(transforms=[colored("of the group")]))

awaited = Thing("awaited", {"sleep": 0.3 if phase == 1 else 0.4})
Thing("depends-on", {}, Options(depends_on=[awaited]))
Thing("depends-on-group", {}, Options(depends_on=[Group("awaited-group")]))

Thing("protect", {}, Options(protect=True))

explicit = Provider("explicit", {"region": "mars"})
Thing("provider", {}, Options(provider=explicit))
Group("providers", Options(providers=[explicit]))

if phase == 1:
    Thing("named-before")
    Thing("aliases-urn-before")
    Group("group-before")
else:
    Thing("aliases-name", {}, Options(aliases=[pulumi.Alias(name="named-before")]))
    Thing("aliases-urn", {}, Options(aliases=["urn:pulumi:dev::options::fake:index:Thing::aliases-urn-before"]))
    Group("group-after", Options(aliases=[pulumi.Alias(name="group-before")]))

Thing("ignore-changes", {"color": phase, "tags": {"a": phase, "b": phase}}, Options(ignore_changes=["color", "tags.a"]))
replaced = Thing("replace-on-changes", {"color": phase}, Options(replace_on_changes=["color"]))
Thing("replace-with", {}, Options(replace_with=[replaced]))
Thing("replacement-trigger", {}, Options(replacement_trigger=f"phase {phase}"))

Thing("delete-before-replace", {"fixedZone": phase}, Options(delete_before_replace=True))
Thing("create-before-delete", {"fixedZone": phase, "dbr": True}, Options(delete_before_replace=False))

Thing("additional-secret-outputs", {}, Options(additional_secret_outputs=["id_echo"]))
Thing(
    "custom-timeouts",
    {"color": phase},
    Options(custom_timeouts=pulumi.CustomTimeouts(create="1m30s", update="2m", delete="1h")),
)
Thing("import", {"color": "found"}, Options(import_="cloud-7"))
if phase == 1:
    Thing("retain-on-delete", {}, Options(retain_on_delete=True))
    holder = Thing("holder")
    Thing("deleted-with", {}, Options(deleted_with=holder))

Thing("transforms", {}, Options(transforms=[colored("of its own")]))
Thing("stack-transform")

found = Thing.get("get", "cloud-8")
fed = Thing("fed", {"of": found.id_echo})

secret = Thing(
    "secret",
    {"password": pulumi.Output.secret("canary-input"), "nested": {"key": [pulumi.Output.secret("canary-list")]}},
)
Thing(
    "from-secret", {"copied": secret.password if hasattr(secret, "password") else pulumi.Output.secret("canary-copy")}
)

other = pulumi.StackReference("organization/options/other")
pulumi.export("address", other.get_output("address"))
pulumi.export("token", other.get_output("token"))
pulumi.export("hidden", pulumi.Output.secret({"inner": "canary-output"}))
pulumi.export("invoked", invoke("fake:index:echo", {"asked": "by the program"}).value)
pulumi.export("looked-up", fed.id_echo)
