"""All planted bugs, by the layer in which they are planted."""

from __future__ import annotations

from typing import Final

from mutants.aws_mutants import AWS
from mutants.engine_mutants import ENGINE
from mutants.graph_mutants import GRAPH
from mutants.mutant import Mutant
from mutants.state_mutants import STATE

MUTANTS: Final[tuple[Mutant, ...]] = (*STATE, *ENGINE, *AWS, *GRAPH)
