"""The data sources that programs may call (`aws.get_availability_zones()`); results echo the arguments, as Pulumi's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from botocore.loaders import Loader

from tap.aws.resource_type import Aws
from tap.engine.provider import ProviderError
from tap.engine.values import Properties

_DNS_SUFFIXES: Final = {"aws": "amazonaws.com", "aws-cn": "amazonaws.com.cn", "aws-us-gov": "amazonaws.com"}


def invoke(aws: Aws, token: str, arguments: Properties) -> Properties:
    """The result of a data source. Raises ProviderError for one, or for an argument of one, that is not known here."""
    if token not in _FUNCTIONS:
        known = ", ".join(sorted(_FUNCTIONS))
        raise ProviderError(
            f"function {token} is not supported by the embedded engine", hint=f"these are: {known}", code="Unsupported"
        )
    function, allowed = _FUNCTIONS[token]
    given = {key: value for key, value in arguments.items() if value is not None}
    if strangers := sorted(given.keys() - allowed):
        raise ProviderError(
            f"argument {', '.join(strangers)} of {token} is not supported by the embedded engine", code="Unsupported"
        )
    return {**given, **function(aws, given)}


def _caller_identity(aws: Aws, _: Properties) -> dict[str, Any]:
    identity = aws.client("sts").get_caller_identity()
    account = identity["Account"]
    return {"accountId": account, "arn": identity["Arn"], "userId": identity["UserId"], "id": account}


def _region(aws: Aws, arguments: Properties) -> dict[str, Any]:
    region = arguments.get("region", arguments.get("name", aws.region))
    suffix = _DNS_SUFFIXES[aws.partition]
    endpoint = f"ec2.{region}.{suffix}"
    return {
        "region": region,
        "name": region,
        "endpoint": endpoint,
        "description": _description(region),
        "id": region,
    }


def _description(region: str) -> str:
    # A session would read the user's profile, and the default loader his ~/.aws/models.
    own = Loader(extra_search_paths=[Loader.BUILTIN_DATA_PATH], include_default_search_paths=False)
    for partition in own.load_data("endpoints")["partitions"]:
        if region in partition["regions"]:
            return str(partition["regions"][region]["description"])
    return ""


def _partition(aws: Aws, _: Properties) -> dict[str, Any]:
    suffix = _DNS_SUFFIXES[aws.partition]
    reverse = ".".join(reversed(suffix.split(".")))
    return {"partition": aws.partition, "dnsSuffix": suffix, "reverseDnsPrefix": reverse, "id": aws.partition}


def _availability_zones(aws: Aws, arguments: Properties) -> dict[str, Any]:
    filters = [{"Name": each["name"], "Values": list(each["values"])} for each in arguments.get("filters", [])]
    if state := arguments.get("state"):
        filters.append({"Name": "state", "Values": [state]})
    request: dict[str, Any] = {"Filters": filters} if filters else {}
    if "allAvailabilityZones" in arguments:
        request["AllAvailabilityZones"] = arguments["allAvailabilityZones"]
    answer = aws.client("ec2").describe_availability_zones(**request)["AvailabilityZones"]
    zones = sorted((zone for zone in answer if _wanted_zone(zone, arguments)), key=lambda zone: str(zone["ZoneName"]))
    return {
        "names": [zone["ZoneName"] for zone in zones],
        "zoneIds": [zone["ZoneId"] for zone in zones],
        "groupNames": sorted({zone["GroupName"] for zone in zones if zone.get("GroupName")}),
        "id": aws.region,
        "region": aws.region,
    }


def _wanted_zone(zone: Mapping[str, Any], arguments: Properties) -> bool:
    return zone["ZoneName"] not in arguments.get("excludeNames", ()) and zone["ZoneId"] not in arguments.get(
        "excludeZoneIds", ()
    )


_Function = Callable[[Aws, Properties], dict[str, Any]]

_FUNCTIONS: Final[Mapping[str, tuple[_Function, frozenset[str]]]] = {
    "aws:index/getCallerIdentity:getCallerIdentity": (_caller_identity, frozenset()),
    "aws:index/getRegion:getRegion": (_region, frozenset({"name", "region"})),
    "aws:index/getPartition:getPartition": (_partition, frozenset()),
    "aws:index/getAvailabilityZones:getAvailabilityZones": (
        _availability_zones,
        frozenset({"allAvailabilityZones", "excludeNames", "excludeZoneIds", "filters", "region", "state"}),
    ),
}
