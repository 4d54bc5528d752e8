"""TapStack's policy pack: `pulumi up --policy-pack policy`, `tap up --policy-pack policy`.

What is right is decided in tap/posture, which `tap verify` shares: this pack asks it of what does not exist yet.
"""

import sys
from pathlib import Path

# The pack is a folder of the project; tap/posture lies beside it whether or not the project is installed.
sys.path.append(str(Path(__file__).resolve().parents[1]))

from policies import data_loss, encryption, exposure, logs, tags
from pulumi_policy import EnforcementLevel, PolicyPack

PolicyPack(
    name="tapstack",
    enforcement_level=EnforcementLevel.MANDATORY,
    policies=[
        *tags.POLICIES,
        *exposure.POLICIES,
        *encryption.POLICIES,
        *data_loss.POLICIES,
        *logs.POLICIES,
    ],
)
