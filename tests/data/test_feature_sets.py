import json
from importlib import resources

import numpy as np
import pytest

from mmzoo.data import DataError, known_features, read
from mmzoo.data.feature_sets import features_of_root, published_features
from tests.consistency.tree import ROOT
from tests.data.readers import field_pickles
from tests.data.readers.small_csd import VIDEOS

STORED = json.loads(
    (resources.files("mmzoo.data") / "feature_sets.json").read_text("utf-8")
)
SIZES = {
    "COVAREP": 74,
    "COVAREP of CMU-MOSI": 5,
    "FACET 4.2": 35,
    "OpenFace 2": 709,
    "eGeMAPSv02": 25,
    "eGeMAPSv01b": 23,
    "eGeMAPS functionals": 88,
    "CH-SIMS audio": 33,
}
MOSI = ("VUV", "QOQ", "MDQ", "MCEP_14", "HMPDM_24")


def test_every_set_has_its_size_names_of_its_own_and_a_source():
    assert {name: len(known_features(name)) for name in STORED["sets"]} == SIZES
    for name, told in STORED["sets"].items():
        assert len(set(known_features(name))) == SIZES[name]
        assert told["source"] and f'"{name}"' in known_features.__doc__
    page = (ROOT / "docs/data/features.md").read_text()
    assert all(f"`{name}`" in page for name in STORED["sets"])


def test_columns_stand_where_the_sources_say():
    covarep = known_features("COVAREP")
    assert tuple(np.array(covarep)[[1, 3, 6, 25, 60]]) == MOSI
    assert known_features("COVAREP of CMU-MOSI") == MOSI
    assert (covarep[10], covarep[11], covarep[36]) == ("creak", "MCEP_0", "HMPDM_0")
    assert (covarep[61], covarep[-1]) == ("HMPDD_0", "HMPDD_12")
    openface = known_features("OpenFace 2")
    assert openface.index("pose_Tx") == 288 and openface.index("x_0") == 294
    assert openface[-36:-34] == ("p_33", "AU01_r") and openface[-2:] == (
        "AU28_c",
        "AU45_c",
    )


def test_an_unknown_set_is_one_error():
    with pytest.raises(DataError, match="no set 'COVARP'.*Did you mean 'COVAREP'"):
        known_features("COVARP")


def test_published_files_are_known_by_data_set_and_all_widths():
    for each in STORED["published"]:
        found = published_features(each["data"], {**each["widths"], "text": 300})
        assert {key: tuple(names) for key, names in found.items()} == {
            key: known_features(name) for key, name in each["sets"].items()
        }
        assert {key: len(names) for key, names in found.items()}.items() <= each[
            "widths"
        ].items()
        assert each["source"]
    assert published_features("CMU-MOSI", {"audio": 5, "video": 35}) == {}
    assert published_features("CMU-MOSI", {"audio": 5}) == {}
    assert published_features(None, {"audio": 5, "video": 20}) == {}


def test_a_root_is_known_by_its_name_and_width():
    assert features_of_root("CMU_MOSI_COVAREP", 74) == list(known_features("COVAREP"))
    assert features_of_root("FACET 4.2", 35) == list(known_features("FACET 4.2"))
    for root, width in (("COVAREP", 43), ("FACET_4.1", 35), ("OpenSMILE", 74)):
        assert features_of_root(root, width) is None


def pickled(rng, monkeypatch, kind, audio, video, videos, **options):
    """A pickle of these widths whose segments are of these videos."""
    widths = {"text": 4, "audio": audio, "vision": video}
    monkeypatch.setattr(field_pickles, "WIDTHS", widths)
    content = getattr(field_pickles, kind)(rng, **options)
    for number, part in enumerate(content.values()):
        cut = "{}$_${}" if kind == "mmsa" else "{}[{}]"
        count = len(part["audio"])
        part["id"] = [cut.format(videos[number], row) for row in range(count)]
    return content


@pytest.mark.parametrize(
    ("kind", "audio", "video", "videos", "names"),
    [
        ("mmsa", 5, 20, VIDEOS[::2], {"audio": MOSI}),
        ("multibench", 5, 20, VIDEOS[::2], {"audio": MOSI}),
        # Of other videos, or with other features beside, nobody knows.
        ("mmsa", 5, 20, ("a", "b", "c"), {}),
        ("mmsa", 5, 4, VIDEOS[::2], {}),
    ],
)
def test_pickles_of_a_data_set_have_the_names_that_it_published(
    rng, tmp_path, monkeypatch, kind, audio, video, videos, names
):
    content = pickled(rng, monkeypatch, kind, audio, video, videos)
    path = field_pickles.write_pickle(tmp_path / "a.pkl", content)
    assert read(path, format=kind).feature_names == names


def test_ch_sims_is_known_by_its_labels(rng, tmp_path, monkeypatch):
    videos = ("video_0001", "video_0002", "video_0003")
    content = pickled(rng, monkeypatch, "mmsa", 33, 709, videos, sims=True)
    path = field_pickles.write_pickle(tmp_path / "a.pkl", content)
    # Two orders of the audio's columns are about, see docs/data/features.md.
    assert read(path).feature_names == {"video": known_features("OpenFace 2")}


def test_iemocap_is_known_by_its_labels(rng, tmp_path, monkeypatch):
    widths = {"text": 4, "audio": 74, "vision": 35}
    monkeypatch.setattr(field_pickles, "WIDTHS", widths)
    content = field_pickles.mult(rng, ids="str", iemocap=True)
    path = field_pickles.write_pickle(tmp_path / "a.pkl", content)
    assert read(path, label="sad").feature_names == {"audio": known_features("COVAREP")}


@pytest.mark.parametrize(("width", "names"), [(74, "COVAREP"), (5, None)])
def test_lmf_names_its_features_by_their_key(rng, tmp_path, width, names):
    content = field_pickles.lmf(rng)
    for part in content.values():
        part[b"covarep"] = rng.normal(size=(len(part[b"label"]), width))
    path = field_pickles.write_pickle(tmp_path / "mosi.pkl", content)
    expected = {"audio": known_features(names)} if names else {}
    assert read(path).feature_names == expected
