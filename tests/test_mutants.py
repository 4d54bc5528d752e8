"""The list of planted bugs is kept up with the code that they are planted in; `make mutants` then plants them."""

from __future__ import annotations

from collections import Counter

import pytest

from mutants.catalogue import MUTANTS
from mutants.workshop import ROOT


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_planted_bug_fits_the_code_and_names_tests_that_are_there(mutant, tmp_path):
    planted = tmp_path / mutant.file
    planted.parent.mkdir(parents=True)
    planted.write_text((ROOT / mutant.file).read_text())

    mutant.plant(tmp_path)

    compile(planted.read_text(), mutant.file, "exec")
    assert all((ROOT / test.partition("::")[0]).exists() for test in mutant.tests)
    assert mutant.tests
    assert mutant.harm
    assert mutant.breaks


def test_no_two_planted_bugs_have_one_name():
    assert [name for name, count in Counter(mutant.name for mutant in MUTANTS).items() if count > 1] == []
