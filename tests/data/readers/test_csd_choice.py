import numpy as np
import pytest

from mmzoo.data import read
from mmzoo.data.readers.csd_choice import part_of
from tests.data.readers.small_csd import small_roots, write_folder


class Named:
    """What a root is known by."""

    def __init__(self, name, width, is_text=False):
        self.name, self.shape = name, (is_text, width)


@pytest.mark.parametrize(
    ("name", "width", "part"),
    [
        ("glove_vectors", 300, "text"),
        ("CMU_MOSEI_TimestampedWordVectors", 300, "text"),
        ("OpenSMILE", 384, "audio"),
        ("SOCIAL_IQ_COVAREP", 74, "audio"),
        ("FACET 4.1", 47, "video"),
        ("OpenFace_2.0", 713, "video"),
        ("All Labels", 7, "labels"),
        ("Opinion Segment Labels", 1, "labels"),
        ("phones", 74, None),
        ("something", 74, "audio"),
        ("something", 300, "text"),
        ("something", 12, None),
    ],
)
def test_roots_are_known_by_name_or_width(name, width, part):
    assert part_of(Named(name, width)) == part


def test_texts_are_words_but_for_phones():
    assert part_of(Named("CMU_MOSI_TimestampedWords", 1, True)) == "words"
    assert part_of(Named("phonemes", 1, True)) is None


def test_one_of_two_is_preferred_and_the_other_said(rng, tmp_path):
    roots = small_roots(rng)
    for name in ("OpenFace_2", "FACET 4.1", "OpenSMILE", "phones"):
        roots[name] = roots["FACET_4.2"]
    provenance = read(write_folder(tmp_path / "mosi", roots)).provenance
    assert provenance["roots"]["video"].startswith("FACET_4.2 ")
    assert provenance["roots"]["audio"].startswith("COVAREP ")
    why = "FACET_4.2 (FACET_4.2.csd) is preferred for video"
    assert provenance["left_aside"] == {
        "phones (phones.csd)": "no modality is made of it",
        "OpenSMILE (OpenSMILE.csd)": "COVAREP (COVAREP.csd) is preferred for audio",
        "OpenFace_2 (OpenFace_2.csd)": why,
        "FACET 4.1 (FACET_4.1.csd)": why,
    }
    assert sum("left aside" in each for each in provenance["warnings"]) == 4


def test_the_words_are_aligned_to_where_text_is_not_asked_for(rng, tmp_path):
    path = write_folder(tmp_path / "mosi", small_roots(rng))
    corpus = read(path, modalities=["audio"])
    assert corpus.modalities == ["audio"]
    assert corpus.provenance["alignment"]["steps"].startswith("glove_vectors")
    whole = read(path).train.sequences["audio"]
    np.testing.assert_array_equal(whole.frames, corpus.train.sequences["audio"].frames)


def test_the_newest_version_is_preferred_whatever_parts_its_name(rng, tmp_path):
    roots = small_roots(rng)
    roots["FACET 4.1"], roots["FACET_4.0"] = [roots.pop("FACET_4.2")] * 2
    taken = read(write_folder(tmp_path / "mosi", roots)).provenance["roots"]
    assert taken["video"].startswith("FACET 4.1")


def test_labels_that_are_texts_are_no_words():
    assert part_of(Named("labels", 1, True)) is None
