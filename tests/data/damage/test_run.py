"""A slice of the damaged files; `python -m tests.data.damage.run` reads more."""

from tests.data.damage.run import GOOD, run
from tests.data.damage.samples import SAMPLES

CASES = 4


def test_every_damaged_file_ends_right_or_in_one_clear_error():
    wrong = []
    found, _ = run(list(SAMPLES), CASES, seed=7, say=wrong.append)
    assert not wrong, "\n".join(wrong)
    for name, counts in found.items():
        assert sum(counts[each] for each in GOOD) == CASES, name
