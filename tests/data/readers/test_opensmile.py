import pytest

from mmzoo.data import DataError, read
from mmzoo.data.readers import opensmile
from tests.data.readers.small_features import write_features, write_labels


def test_scores_are_read_by_the_other_protocol(rng, tmp_path):
    folder = write_features(tmp_path / "a", rng, video=False)
    text = (folder / "labels.csv").read_text()
    for place, name in enumerate(("sad", "calm", "glad")):
        text = text.replace(f",{name},", f",{place - 1.5},")
    (folder / "labels.csv").write_text(text)
    corpus = read(folder, "regression")
    assert corpus.provenance["format"] == "opensmile"
    assert corpus.label_range == (-1.5, 0.5) and corpus.target == "sentiment"


def test_arff_is_refused_with_what_to_write(tmp_path):
    (tmp_path / "a.arff").write_text("@relation openSMILE_features\n")
    write_labels(tmp_path / ".", ending="wav")
    (tmp_path / "labels.csv").unlink()
    for path in (tmp_path, tmp_path / "a.arff"):
        assert opensmile.matches(path)
        with pytest.raises(DataError, match="which is not read. Write csv: -csvoutput"):
            read(path)
