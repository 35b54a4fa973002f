import pytest

from mmzoo.evaluation.row_name import baselines_of, identity


@pytest.mark.parametrize(
    ("name", "same"),
    [
        ("audio+text->video", "text+audio->video"),
        ("text->audio+video", "text -> video+audio [first run]"),
        ("tensor_fusion_network:text+audio", "tensor_fusion_network:audio+text"),
    ],
)
def test_the_order_of_modalities_and_the_run_are_no_matter(name, same):
    assert identity(name) == identity(same)


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("text->audio", "audio->text"),
        ("text->audio->video", "text->audio+video"),
        ("text+audio", "tensor_fusion_network:text+audio"),
    ],
)
def test_other_paths_and_models_are_others(name, other):
    assert identity(name) != identity(other)


@pytest.mark.parametrize(
    ("name", "same_input", "every"),
    [
        ("text->audio", "text", "text+audio"),
        ("text->audio->video", "text", "text+audio+video"),
        ("text+audio->text+video", "text+audio", "text+audio+video"),
        ("tensor_fusion_network:text+audio", "text+audio", None),
        ("text+audio", None, None),
    ],
)
def test_baselines(name, same_input, every):
    expected = {
        "baseline on the same input": same_input,
        "baseline on all its modalities": every,
    }
    wanted = {words: identity(each) for words, each in expected.items() if each}
    assert baselines_of(name) == wanted
