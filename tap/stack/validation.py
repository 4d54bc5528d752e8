"""What is wrong with a stack's arguments, all of it at once. Pure: values in, problems out; nothing is raised here."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any

from tap.stack import addressing, naming, tags

NAT_CHOICES = ("per-az", "single", "none")

RETENTION_DAYS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
)
"""The periods that CloudWatch Logs knows (PutRetentionPolicy)."""

_PRIVATE_RANGES = tuple(IPv4Network(cidr) for cidr in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))  # RFC 1918
_VPC_PREFIXES = range(16, 29)
_CIDR = re.compile(r"[0-9a-fA-F.:]+/\d{1,3}")  # ip_network also takes netmasks and bare addresses; AWS takes neither
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_SWITCHES = ("enable_flow_logs", "enable_cross_region_replication", "s3_gateway_endpoint", "disposable")


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: the field, the value it has, and what would be right."""

    field: str
    value: object
    right: str

    def __str__(self) -> str:
        return f"{self.field} = {self.value!r}: must be {self.right}"


@dataclass(frozen=True)
class Surroundings:
    """What the arguments have to fit: the provider's region (None: not known yet), AWS's regions, the stack's name."""

    provider_region: str | None
    known_regions: Collection[str]
    stack: str


def problems(args: Mapping[str, Any], around: Surroundings) -> list[Problem]:
    """Everything that is wrong with the fields of a TapStackArgs, in the order of its fields."""
    zones = args["availability_zones"]
    return [
        *_suffix_problems(args["environment_suffix"]),
        *_vpc_problems(args["vpc_cidr"], zones),
        *_zone_problems(zones, around.provider_region),
        *_backup_problems(args, around),
        *_ssh_problems(args["allowed_cidr"]),
        *_tag_problems(args["tags"], args["environment_suffix"], around.stack),
        *_choice_problems(args),
        *_alarm_problems(args["cpu_alarm_threshold"], args["alarm_email"]),
    ]


def _suffix_problems(suffix: Any) -> Iterator[Problem]:
    if not isinstance(suffix, str) or not naming.is_suffix(suffix):
        yield Problem(
            "environment_suffix",
            suffix,
            f"1 to {naming.LONGEST_SUFFIX} of the characters a-z, 0-9 and '-', with no '-' at either end",
        )


def _network(field: str, text: Any) -> IPv4Network | IPv6Network | Problem:
    if not isinstance(text, str) or not _CIDR.fullmatch(text):
        return Problem(field, text, "a range such as 10.0.0.0/16")
    try:
        network = ip_network(text, strict=False)
    except ValueError:
        return Problem(field, text, "a range such as 10.0.0.0/16")
    if str(network) != text and network != _strictly(text):
        return Problem(field, text, f"a range without host bits: {network}")
    return network


def _strictly(text: str) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(text)
    except ValueError:
        return None


def _vpc_problems(cidr: Any, zones: Any) -> Iterator[Problem]:
    network = _network("vpc_cidr", cidr)
    if isinstance(network, Problem):
        yield network
        return
    if not isinstance(network, IPv4Network) or not any(network.subnet_of(private) for private in _PRIVATE_RANGES):
        yield Problem("vpc_cidr", cidr, f"inside one of {', '.join(map(str, _PRIVATE_RANGES))}")
    if not isinstance(network, IPv4Network) or network.prefixlen not in _VPC_PREFIXES:
        yield Problem("vpc_cidr", cidr, f"an IPv4 range from /{_VPC_PREFIXES[0]} to /{_VPC_PREFIXES[-1]}")
        return
    letters = [name.letter for zone in _strings(zones) if (name := addressing.parse_zone(zone))]
    needed = max((addressing.SLOT_LETTERS.find(letter) + 1 for letter in letters), default=0)
    if needed > addressing.slots_in(cidr):
        enough = max(p for p in _VPC_PREFIXES if addressing.slots_in(f"10.0.0.0/{p}") >= needed)
        last = addressing.SLOT_LETTERS[needed - 1]
        yield Problem("vpc_cidr", cidr, f"/{enough} or larger: zone {last}'s subnets have their place in every VPC")


def _strings(values: Any) -> list[str]:
    return [value for value in values if isinstance(value, str)] if isinstance(values, list | tuple) else []


def _zone_problems(zones: Any, provider_region: str | None) -> Iterator[Problem]:
    field = "availability_zones"
    names = _strings(zones)
    if not isinstance(zones, list | tuple) or len(names) != len(zones):
        yield Problem(field, zones, "a list of zone names")
        return
    if len(set(names)) < 2:
        yield Problem(field, zones, "at least two zones")
    repeated = sorted({zone for zone in names if names.count(zone) > 1})
    if repeated:
        yield Problem(field, repeated, "named once each")
    for zone in dict.fromkeys(names):
        yield from _zone_name_problems(field, zone)
    regions = list(dict.fromkeys(name.region for zone in names if (name := addressing.parse_zone(zone))))
    if len(regions) > 1:
        yield Problem(field, zones, f"zones of one region, not of {' and '.join(regions)}")
    strangers = [zone for zone in names if (name := addressing.parse_zone(zone)) and name.region != provider_region]
    if provider_region and strangers:
        yield Problem(field, strangers, f"zones of the provider's region, {provider_region}")


def _zone_name_problems(field: str, zone: str) -> Iterator[Problem]:
    name = addressing.parse_zone(zone)
    if addressing.is_local_zone(zone):
        yield Problem(field, zone, "an availability zone, not a local one: it has no NAT gateway")
    elif name is None:
        yield Problem(field, zone, "an availability zone such as us-east-1a")
    elif name.letter not in addressing.SLOT_LETTERS:
        yield Problem(field, zone, f"a zone with one of the letters {addressing.SLOT_LETTERS}: others have no subnets")


def _backup_problems(args: Mapping[str, Any], around: Surroundings) -> Iterator[Problem]:
    region = args["backup_region"]
    if region not in around.known_regions:
        yield Problem("backup_region", region, "a region of AWS, such as us-west-2")
        return
    zone_names = [addressing.parse_zone(zone) for zone in _strings(args["availability_zones"])]
    primaries = {around.provider_region} if around.provider_region else {name.region for name in zone_names if name}
    if args["enable_cross_region_replication"] is not False and region in primaries:
        yield Problem("backup_region", region, "another region than the stack's own: the backup has to outlive it")


def _ssh_problems(cidr: Any) -> Iterator[Problem]:
    network = _network("allowed_cidr", cidr)
    if isinstance(network, Problem):
        yield network
    elif network.prefixlen == 0:
        yield Problem("allowed_cidr", cidr, "a narrower range: SSH is never open to the whole internet")


def _tag_problems(extra: Any, suffix: Any, stack: str) -> Iterator[Problem]:
    if extra is None:
        return
    if not isinstance(extra, Mapping):
        yield Problem("tags", extra, "a mapping of strings to strings")
        return
    for key, value, right in tags.tag_problems(extra, str(suffix), stack):
        yield Problem(f"tags[{key!r}]" if key else "tags", value, right)


def _choice_problems(args: Mapping[str, Any]) -> Iterator[Problem]:
    for field in _SWITCHES:
        if not isinstance(args[field], bool):
            yield Problem(field, args[field], "true or false")
    if args["nat_gateways"] not in NAT_CHOICES:
        yield Problem("nat_gateways", args["nat_gateways"], f"one of {', '.join(NAT_CHOICES)}")
    days = args["log_retention_days"]
    if isinstance(days, bool) or days not in RETENTION_DAYS:
        yield Problem("log_retention_days", days, f"one of {', '.join(map(str, RETENTION_DAYS))}")


def _alarm_problems(threshold: Any, email: Any) -> Iterator[Problem]:
    if isinstance(threshold, bool) or not isinstance(threshold, int | float) or not 0 < threshold < 100:
        yield Problem("cpu_alarm_threshold", threshold, "a percentage above 0 and below 100")
    if email is not None and (not isinstance(email, str) or not _EMAIL.fullmatch(email)):
        yield Problem("alarm_email", email, "an e-mail address")
