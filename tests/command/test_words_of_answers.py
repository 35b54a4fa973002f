import pytest

from mmzoo.command.words_of_answers import in_words


@pytest.mark.parametrize(
    ("said", "shown"),
    [(["a", "b"], "a+b"), ([], "none"), ("happy", "happy"), (0.5, 0.5), (None, None)],
)
def test_several_classes_are_one_text(said, shown):
    assert in_words(said) == shown
