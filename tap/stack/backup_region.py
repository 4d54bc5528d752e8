"""The backup region: the stack's scope once more, with a provider that differs in nothing but the region."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pulumi
import pulumi_aws as aws

from tap.stack.scope import Scope

TEXT_SETTINGS = (
    *("access_key", "secret_key", "token", "profile", "retry_mode", "sts_region"),
    *("custom_ca_bundle", "http_proxy", "https_proxy", "no_proxy", "tag_policy_compliance"),
    *("ec2_metadata_service_endpoint", "ec2_metadata_service_endpoint_mode", "s3_us_east1_regional_endpoint"),
)
"""Settings of the provider whose value is the text itself."""

JSON_SETTINGS = (
    *("allowed_account_ids", "forbidden_account_ids", "assume_roles", "assume_role_with_web_identity"),
    *("default_tags", "ignore_tags", "endpoints", "insecure", "max_retries", "token_bucket_rate_limiter_capacity"),
    *("s3_use_path_style", "shared_config_files", "shared_credentials_files", "user_agents"),
    *("skip_credentials_validation", "skip_metadata_api_check", "skip_region_validation"),
    *("skip_requesting_account_id", "use_dualstack_endpoint", "use_fips_endpoint"),
)
"""Settings whose value is JSON: numbers, booleans, lists, mappings."""


def config_key(setting: str) -> str:
    """`s3_use_path_style`, the SDK's spelling, is `s3UsePathStyle` in the configuration."""
    first, *rest = setting.split("_")
    return first + "".join(word.capitalize() for word in rest)


def backup_scope(scope: Scope, region: str) -> Scope:
    """The same stack in that region. Its provider takes every other `aws:` setting, so that emulators work too."""
    provider = aws.Provider(scope.names.of("backup"), region=region, **_settings(), opts=scope.options())
    return replace(scope, site=replace(scope.site, region=region), provider=provider)


def _settings() -> dict[str, Any]:
    config = pulumi.Config("aws")
    found: dict[str, Any] = {}
    for setting in (*TEXT_SETTINGS, *JSON_SETTINGS):
        key = config_key(setting)
        if config.get(key) is None:
            continue
        secret = pulumi.runtime.is_config_secret(config.full_key(key))
        if setting in TEXT_SETTINGS:
            found[setting] = config.require_secret(key) if secret else config.require(key)
        else:
            found[setting] = config.require_secret_object(key) if secret else config.require_object(key)
    return found
