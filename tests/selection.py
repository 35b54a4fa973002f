"""Which parameters of a test every backend is asked for, and which one says for all."""

import pytest

# A score of sequences, a class of fused vectors, and a translation: what the class of
# all models does, it does for these.
FEW = ("audio_text_classifier", "lstm_baseline", "seq2seq_translator")


def once(*values):
    """Parameters that one backend is asked for, since the others show the mechanism."""
    return [pytest.param(value, marks=pytest.mark.one_backend) for value in values]


def few_everywhere(forms, few=FEW):
    """Parameters of a test of what all models share: all on one backend, a few on each.

    Args:
        forms: names, or tuples that begin with one.
        few: the names that each backend runs.
    """
    once = pytest.mark.one_backend
    listed = [each if isinstance(each, tuple) else (each,) for each in forms]
    return [
        pytest.param(*each, marks=() if each[0] in few else once) for each in listed
    ]
