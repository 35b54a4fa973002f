import sys
from functools import partial

import pytest

from mmzoo.layers import CLIPText
from mmzoo.layers.clip_preset import check_tokenizer, is_clip, load_clip
from tests.layers.small_clip import save_clip
from tests.layers.small_text import save_encoder


def test_a_preset_of_clip_is_known(tmp_path):
    save_clip(tmp_path / "clip")
    save_encoder(tmp_path / "bert")
    assert is_clip(tmp_path / "clip") and is_clip("clip_vit_base_patch32")
    (tmp_path / "config.json").write_text("{")
    for other in (tmp_path / "bert", tmp_path, "embedding", "clippings.txt"):
        assert not is_clip(other)
    backbone, converter = load_clip(tmp_path / "clip", "image_converter")
    assert backbone.projection_dim == 6 and converter.scale == 0.01


@pytest.mark.parametrize("part", ["tokenizer", "image_converter"])
def test_another_folder_is_refused(part, tmp_path):
    pytest.importorskip("tensorflow_text", reason="CLIP's tokenizer needs TensorFlow")
    with pytest.raises(ValueError, match=f"holds no CLIP .* and {part}.json"):
        load_clip(tmp_path, part)


def test_what_its_tokenizer_needs_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow_text", None)
    for make in (partial(load_clip, "any", "tokenizer"), check_tokenizer):
        with pytest.raises(ImportError, match="needs TensorFlow.*pip install"):
            make()
    with pytest.raises(ImportError, match="needs TensorFlow"):
        CLIPText.from_config({})
