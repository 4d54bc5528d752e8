"""Judges things by their colour."""

import os
import sys
import time

from pulumi_policy import (
    EnforcementLevel,
    PolicyConfigSchema,
    PolicyPack,
    ResourceValidationPolicy,
    StackValidationPolicy,
)


def no_red(args, report_violation):
    color = args.props.get("color")
    if color == "red":
        report_violation("red is too loud")
    if color == "broken":
        raise ValueError("no idea of colours")
    if color == "hanging":
        sys.stdout.write("hanging on\n")
        time.sleep(60)
    if color == "dead":
        os._exit(3)


def no_secret(args, report_violation):
    if "password" in list(args.props):
        report_violation(f"the password is {args.props['password']}")


def paint(args):
    if args.props.get("color") == "grey":
        args.props["color"] = "painted"
        return args.props
    return None


def too_many(args, report_violation):
    things = [each for each in args.resources if each.resource_type == "fake:index:Thing"]
    if len(things) > args.get_config().get("most", 3):
        report_violation(f"{len(things)} things, {sum('id_echo' in list(each.props) for each in things)} with outputs")


PolicyPack(
    "judging",
    policies=[
        ResourceValidationPolicy("no-red", "Nothing is red.", no_red, EnforcementLevel.MANDATORY),
        ResourceValidationPolicy("no-secret", "Nothing is secret.", no_secret, EnforcementLevel.ADVISORY),
        ResourceValidationPolicy("paint", "Grey is painted.", None, EnforcementLevel.REMEDIATE, remediate=paint),
        StackValidationPolicy(
            "too-many",
            "There are few things.",
            too_many,
            EnforcementLevel.MANDATORY,
            PolicyConfigSchema({"most": {"type": "integer", "default": 3}}),
        ),
    ],
)
