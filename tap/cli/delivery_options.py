"""The options that `tap deploy` and `tap rollback` share, and what they come to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import click

EMBEDDED, PULUMI = "embedded", "pulumi"


@dataclass(frozen=True, slots=True)
class Request:
    """endpoint "": the project's own embedded AWS. allow: URNs whose data may be lost. result: a file for programs.

    policy_packs, policy_pack_configs: as they were given, relative to --cwd.
    """

    stack: str
    engine: str
    endpoint: str = ""
    yes: bool = False
    allow: tuple[str, ...] = ()
    result: Path | None = None
    policy_packs: tuple[str, ...] = ()
    policy_pack_configs: tuple[str, ...] = ()


engine_option = click.option(
    "--engine",
    type=click.Choice([EMBEDDED, PULUMI]),
    default=EMBEDDED,
    show_default=True,
    help="The embedded engine and AWS, or the Pulumi CLI and your AWS.",
)

allow_option = click.option(
    "--allow-data-loss",
    "allow_data_loss",
    multiple=True,
    metavar="URN",
    help="Let this resource, which holds data, be deleted or replaced. Repeat.",
)

result_option = click.option(
    "--result",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write how it ended there as JSON, whatever happens.",
)
