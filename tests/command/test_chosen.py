import argparse

from mmzoo.command import chosen


def test_what_was_not_given_keeps_its_default():
    arguments = argparse.Namespace(epochs=0, rate=None, refit=False, other=3)
    assert chosen(arguments, "epochs", "rate", "refit") == {"epochs": 0, "refit": False}
