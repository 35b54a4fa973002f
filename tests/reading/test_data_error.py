import json
import pickle
from pathlib import Path

import pytest

from mmzoo.reading.data_error import DataError, parsing

RAISED = [
    (KeyError("labels"), r"it cannot be read \(KeyError 'labels'\)"),
    (TypeError("no such thing"), r"\(no such thing\)"),
    (AttributeError("no attribute"), r"\(no attribute\)"),
    (NotImplementedError(), r"\(NotImplementedError\)"),
    (RuntimeError("Can't decode."), r"\(Can't decode\)"),
    (EOFError("No data left"), r"\(No data left\)"),
    (MemoryError(), "more memory than there is"),
    (RecursionError("maximum depth"), "nested too deeply"),
    (PermissionError(13, "Permission denied"), r"\(Permission denied\)"),
    (FileNotFoundError(), "there is no such file"),
    (ValueError("a value"), r"\(a value\)"),
]


@pytest.mark.parametrize(("raised", "match"), RAISED, ids=lambda x: type(x).__name__)
def test_whatever_a_parser_raises_becomes_the_one_error(raised, match):
    with pytest.raises(DataError, match=rf"^folder/a\.h5: .*{match}") as caught:
        with parsing("folder/a.h5"):
            raise raised
    assert caught.value.__cause__ is raised
    assert caught.value.place == Path("folder/a.h5")


def test_deep_structures_become_the_one_error():
    with pytest.raises(DataError, match=r"a\.json: .*nested too deeply"):
        with parsing("a.json"):
            json.loads("[" * 200_000)


def test_an_error_that_names_a_file_is_left_alone():
    with pytest.raises(DataError, match=r"^b\.wav: it is empty"):
        with parsing("labels.csv"):
            raise DataError(Path("b.wav"), "it is empty", "Restore it")


def test_a_part_is_named_after_its_file():
    with pytest.raises(DataError, match=r"^a\.h5: Split: it is empty\. Fill it"):
        with parsing("a.h5"):
            raise DataError("Split", "it is empty", "Fill it")


@pytest.mark.parametrize("raised", [ImportError("no soundfile"), KeyboardInterrupt()])
def test_what_is_no_fault_of_the_file_goes_on(raised):
    with pytest.raises(type(raised)), parsing("a.h5"):
        raise raised


def test_message_quotes_at_most_a_line():
    error = DataError("a.csv", "line 1 is " + "x\ny\x1b[2J" * 5000, "Mend it")
    told = str(error)
    assert len(told) < 350 and "\n" not in told and "\x1b" not in told
    assert told.endswith(" .... Mend it")


def test_error_survives_the_way_between_processes():
    error = DataError(Path("a.csv"), "it is empty", "Fill it")
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.place) == (str(error), error.place)
