from mmzoo.data import read
from mmzoo.data.readers import openface, opensmile
from tests.data.readers.small_features import write_features


def test_openface_alone_is_openfaces(rng, tmp_path):
    folder = write_features(tmp_path / "a", rng, audio=False)
    assert openface.matches(folder) and not opensmile.matches(folder)
    corpus = read(folder)
    assert corpus.provenance["format"] == "openface"
    assert corpus.modalities == ["video"]


def test_beside_opensmile_it_is_read_with_it(rng, tmp_path):
    folder = write_features(tmp_path / "a", rng)
    assert opensmile.matches(folder) and not openface.matches(folder)
