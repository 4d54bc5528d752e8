"""One recorded run of the whole program for all tests that only look at it."""

import pytest
from hypothesis import settings

from tests.stack.recorder import Recording, record

settings.register_profile("stack", deadline=None)  # the first example also pays for imports
settings.load_profile("stack")


@pytest.fixture(scope="session")
def default() -> Recording:
    """The stack `test` with nothing configured but its region and an e-mail address."""
    return record(config={"tap:alarm_email": "ops@example.com"})


@pytest.fixture(autouse=True)
def _no_region_of_the_users(monkeypatch):
    """The provider would take its region from these where no configuration names one."""
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "PULUMI_CONFIG"):
        monkeypatch.delenv(name, raising=False)
