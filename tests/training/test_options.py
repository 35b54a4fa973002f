import dataclasses

import pytest

from mmzoo.training import Options


def test_recurrence():
    options = Options(units=3, num_layers=2, cell="gru", bidirectional=True, dropout=0)
    assert options.recurrence == {
        "units": 3,
        "num_layers": 2,
        "cell": "gru",
        "bidirectional": True,
        "dropout": 0,
    }


def test_options_are_plain():
    again = Options(**dataclasses.asdict(Options(num_codes=8)))
    assert again == Options(num_codes=8)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("training", "both", r"one of \('phases', 'end-to-end'\), not 'both'"),
        ("cell", "rnn", r"one of \('lstm', 'gru'\), not 'rnn'"),
        ("attention", "local", r"one of .*'aligned'.*, not 'local'"),
        ("epochs", 0, "at least 1, not 0"),
        ("patience", 0, "at least 1, not 0"),
        ("batch_size", 0, "at least 1, not 0"),
        ("units", -4, "at least 1, not -4"),
        ("num_layers", 0, "at least 1, not 0"),
        ("num_codes", 1, "at least 2, not 1"),
        ("translation_weight", -0.5, "at least 0, not -0.5"),
        ("dropout", 1.0, "below 1, not 1.0"),
        ("learning_rate", 0.0, "above 0, not 0.0"),
        ("learning_rate", float("nan"), "above 0, not nan"),
    ],
)
def test_wrong_value_is_named(name, value, message):
    with pytest.raises(ValueError, match=f"`{name}` is .*{message}"):
        Options(**{name: value})
