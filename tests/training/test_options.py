import dataclasses

import pytest

from mmzoo.training import Options


def test_recurrence():
    options = Options(units=3, num_layers=2, cell="gru", bidirectional=True, dropout=0)
    assert options.recurrence_for(1000) == {
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


def test_dropout_follows_the_size_of_the_corpus():
    assert Options().recurrence_for(50)["dropout"] == 0.4
    assert Options().recurrence_for(5000)["dropout"] == 0.1
    assert Options(dropout=0.2).recurrence_for(50)["dropout"] == 0.2


def test_batch_follows_the_size_of_the_corpus():
    sizes = [Options().batch_size_for(count) for count in (3, 52, 120, 1284)]
    assert sizes == [3, 4, 10, 32]
    assert Options(batch_size=64).batch_size_for(1284) == 64
    assert Options(batch_size=64).batch_size_for(7) == 7


def test_learning_rate_is_constant():
    assert Options(learning_rate=0.5).learning_rate_for(steps=7) == 0.5
