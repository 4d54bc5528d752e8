"""Uses most of what a program may ask of the engine, so that one start of the SDK serves many tests."""

import os
import sys
from pathlib import Path

import pulumi
from pulumi.runtime import invoke


class Thing(pulumi.CustomResource):
    id_echo: pulumi.Output[str]

    def __init__(self, name, props=None, opts=None):
        super().__init__("fake:index:Thing", name, {"id_echo": None, **(props or {})}, opts)

    def translate_output_property(self, prop):
        return "id_echo" if prop == "idEcho" else prop


class Group(pulumi.ComponentResource):
    def __init__(self, name, opts=None):
        super().__init__("fake:index:Group", name, None, opts)
        self.one = Thing(f"{name}-one", {"of": "group"}, pulumi.ResourceOptions(parent=self))
        self.two = Thing(f"{name}-two", {}, pulumi.ResourceOptions(parent=self))
        self.register_outputs({"one": self.one.id, "self": self.one})


class Provider(pulumi.ProviderResource):
    def __init__(self, name, props):
        super().__init__("fake", name, props)


print("printed before any resource")  # noqa: T201  - passing it on is what is tested
print("said on stderr", file=sys.stderr)  # noqa: T201  - passing it on is what is tested
config = pulumi.Config()

first = Thing(
    "first",
    {
        "whole": 3,
        "fraction": 1.5,
        "flag": True,
        "nothing": None,
        "nested": {"nothing": None, "list": [1, 2.5, "three", {"four": 4}]},
        "secret": config.require_secret("password"),
        "partly": {"inner": pulumi.Output.secret(["s"])},
        "text": pulumi.StringAsset("content"),
        "file": pulumi.FileAsset("thing.py"),
    },
)
second = Thing("second", {"of": first.id, "echo": first.id_echo})
group = Group("group")
provider = Provider("explicit", {"region": "eu-west-1"})
Thing("after-group", {"reference": second}, pulumi.ResourceOptions(depends_on=[group]))
Thing(
    "optioned",
    {},
    pulumi.ResourceOptions(
        protect=True,
        provider=provider,
        version="9.8.7",
        ignore_changes=["a.b"],
        replace_on_changes=["c"],
        hide_diffs=["d"],
        delete_before_replace=True,
        retain_on_delete=False,
        additional_secret_outputs=["e"],
        custom_timeouts=pulumi.CustomTimeouts(create="1h30m", update="90s", delete="1.5m"),
        deleted_with=first,
        replace_with=[second],
        replacement_trigger="v1",
        import_="import-me",
        aliases=[
            pulumi.Alias(name="old"),
            pulumi.Alias(type_="fake:index:Old", parent=group),
            pulumi.Alias(parent=None),
            "urn:pulumi:dev::tests::fake:index:Thing::older",
        ],
    ),
)

found = Thing("found", {"filter": "f"}, pulumi.ResourceOptions(id="known-id"))
other = pulumi.StackReference("organization/other/dev")

plain = invoke("fake:index:lookup", {"name": "plain"}).value
asked = pulumi.runtime.invoke_output(
    "fake:index:lookup",
    {"name": second.id_echo, "secret": pulumi.Output.secret("s")},
    pulumi.InvokeOutputOptions(depends_on=[group]),
)

pulumi.log.info("a word", first)
pulumi.log.warn("careful")
pulumi.log.debug("nobody asked")

pulumi.export("size", config.get_int("size"))
pulumi.export("is_secret", pulumi.Output.secret("hush"))
pulumi.export("list", config.get_object("zones"))
pulumi.export("plain", plain)
pulumi.export("asked", asked)
pulumi.export("other", other.get_output("answer"))
pulumi.export("found", found.id)
pulumi.export("where", {"cwd": str(Path.cwd()), "argv": sys.argv, "path": sys.path[0], "name": __name__})
pulumi.export(
    "run",
    {
        "project": pulumi.get_project(),
        "stack": pulumi.get_stack(),
        "organization": pulumi.get_organization(),
        "dry": pulumi.runtime.is_dry_run(),
    },
)
pulumi.export("aws", sorted(name for name in os.environ if name.startswith("AWS_")))
pulumi.export("passed", os.environ.get("PASSED_THROUGH"))
pulumi.export("command", " ".join(sys.orig_argv))
pulumi.export("own_session", os.getsid(0) == os.getpid())
