"""All planted bugs, by the layer in which they are planted."""

from __future__ import annotations

from typing import Final

from mutants.aws_mutants import AWS
from mutants.delivery_mutants import DELIVERY
from mutants.engine_mutants import ENGINE
from mutants.graph_mutants import GRAPH
from mutants.mutant import Mutant
from mutants.network_mutants import NETWORK
from mutants.pipeline_mutants import PIPELINE
from mutants.policy_mutants import POLICY
from mutants.state_mutants import STATE
from mutants.verify_mutants import VERIFY

MUTANTS: Final[tuple[Mutant, ...]] = (*STATE, *ENGINE, *AWS, *DELIVERY, *GRAPH, *NETWORK, *PIPELINE, *POLICY, *VERIFY)
