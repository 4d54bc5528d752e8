"""The configuration of the provider itself: what it may say, what of it counts here, and what it means. Pure."""

from __future__ import annotations

import difflib
import ipaddress
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from tap.aws import schema
from tap.aws.tags import MARK_KEY
from tap.engine.provider import CheckFailure
from tap.engine.values import UNKNOWN, Properties, Value, contains_unknown

_TEXTS: Final = frozenset({"region", "version", "profile", "accessKey", "secretKey", "token"})
"""Values that are text as they are; all others are JSON in text."""

_ENGINE_KEYS: Final = frozenset({"version", "pluginDownloadURL", "__internal", "__defaults"})
_NOT_SUPPORTED: Final = frozenset({"tagPolicyCompliance"})
_REGION: Final = re.compile(r"[a-z]{2,}(-[a-z]+)+-\d+")


@dataclass(frozen=True, slots=True)
class ProviderConfig:
    """What of a configuration counts for the embedded engine. Credentials, retries and proxies of it do not:

    the connection to the embedded AWS is the engine's own.
    """

    region: str = ""
    default_tags: Mapping[str, Any] = field(default_factory=dict)
    ignored_keys: frozenset[str] = frozenset()
    ignored_prefixes: tuple[str, ...] = ()
    allowed_accounts: tuple[str, ...] = ()
    forbidden_accounts: tuple[str, ...] = ()

    def all_tags(self, tags: Value) -> Value:
        """The tags that a resource with these tags of its own carries: `tagsAll`."""
        if tags is UNKNOWN:
            return UNKNOWN
        return self.without_ignored({**self.default_tags, **(tags or {})})

    def own_tags(self, tags_all: Mapping[str, str], wanted: Mapping[str, Any]) -> dict[str, str]:
        """Of all tags that a resource has, those that are not there by the provider's default tags alone."""
        return {key: value for key, value in tags_all.items() if key in wanted or self.default_tags.get(key) != value}

    def without_ignored(self, tags: Mapping[str, Any]) -> dict[str, Any]:
        return {
            key: value
            for key, value in tags.items()
            if key not in {*self.ignored_keys, MARK_KEY} and not key.startswith(("aws:", *self.ignored_prefixes))
        }


def check(news: Properties) -> tuple[CheckFailure, ...]:
    """Everything that is wrong with a configuration, all at once."""
    failures = [_unknown_key(key) for key in news if key not in schema.provider_inputs() | _ENGINE_KEYS]
    failures += [
        CheckFailure(key, f"provider setting {key} is not supported by the embedded engine")
        for key in sorted(_NOT_SUPPORTED & news.keys())
    ]
    failures += [failure for key, value in news.items() if (failure := _not_json(key, value))]
    if failures:
        return tuple(failures)
    return tuple(_region_failures(news) + _endpoint_failures(decoded(news).get("endpoints")))


def decoded(inputs: Properties) -> dict[str, Value]:
    """The settings with their JSON texts read."""
    return {key: _decode(key, value) for key, value in inputs.items() if key not in _ENGINE_KEYS and value is not None}


def parse(inputs: Properties) -> ProviderConfig:
    """The configuration that these inputs (which passed `check`) mean."""
    values = decoded(inputs)
    ignored = values.get("ignoreTags") or {}
    return ProviderConfig(
        region=values.get("region", ""),
        default_tags=(values.get("defaultTags") or {}).get("tags") or {},
        ignored_keys=frozenset(ignored.get("keys") or ()),
        ignored_prefixes=tuple(ignored.get("keyPrefixes") or ()),
        allowed_accounts=tuple(values.get("allowedAccountIds") or ()),
        forbidden_accounts=tuple(values.get("forbiddenAccountIds") or ()),
    )


def _unknown_key(key: str) -> CheckFailure:
    near = difflib.get_close_matches(key, schema.provider_inputs(), n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    return CheckFailure(key, f"the aws provider has no setting {key}{hint}")


def _decode(key: str, value: Value) -> Value:
    if key in _TEXTS or not isinstance(value, str) or not value:
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value  # plain text, as a stack's config has it (`aws:profile: default`, `aws:httpProxy: http://...`)


def _not_json(key: str, value: Value) -> CheckFailure | None:
    structured = {"defaultTags": dict, "ignoreTags": dict, "endpoints": list}
    structured |= {"allowedAccountIds": list, "forbiddenAccountIds": list}
    if key not in structured or contains_unknown(value) or isinstance(_decode(key, value), structured[key]):
        return None
    shape = "an object" if structured[key] is dict else "a list"
    return CheckFailure(key, f"provider setting {key} must be the JSON text of {shape}, not {value!r}")


def _region_failures(news: Properties) -> list[CheckFailure]:
    region = news.get("region")
    if region is UNKNOWN:
        return []
    if not region:
        return [CheckFailure("region", "the aws provider needs a region: set aws:region in the stack's config")]
    if not isinstance(region, str) or not _REGION.fullmatch(region):
        return [CheckFailure("region", f"{region!r} is not the name of an AWS region, such as us-east-1")]
    return []


def _endpoint_failures(endpoints: Value) -> list[CheckFailure]:
    if not isinstance(endpoints, list):
        return []
    urls = [(service, url) for entry in endpoints if isinstance(entry, dict) for service, url in entry.items()]
    return [
        CheckFailure(
            "endpoints", f"{service}: {url} is not on this machine: the embedded engine talks to loopback only"
        )
        for service, url in urls
        if isinstance(url, str) and url and not _is_loopback(url)
    ]


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
