import pytest

from mmzoo.models.registry import signature_of
from mmzoo.training import Variant
from mmzoo.training.fingerprint import identity
from mmzoo.training.kept_variants import held_variants, refuse_twice, with_rows_kept
from mmzoo.training.plan import plan
from mmzoo.training.run_folder import RunFolder
from mmzoo.training.training_options import TrainingOptions

pytestmark = pytest.mark.one_backend


def variants(*names):
    return [Variant.parse(name) for name in names]


@pytest.fixture
def folder(tmp_path):
    """A run that was asked for a baseline and a translation, whose control it has."""
    rows = plan(variants("text", "text->audio"), TrainingOptions())
    asked = {"rows": [identity(row) for row in rows], "architecture": {"units": 3}}
    RunFolder(tmp_path, asked, str).write()
    return tmp_path


def test_a_folder_tells_its_variants_without_their_controls(folder, tmp_path):
    assert held_variants(folder) == variants("text", "text->audio")
    assert held_variants(tmp_path / "none") == []


def test_what_is_asked_for_follows_what_is_there(folder):
    asked = variants("audio", "text")
    rows, architecture = with_rows_kept(folder, asked, {"dropout": 0.1}, whole=False)
    assert [row.name for row in rows] == ["text", "text->audio", "audio"]
    # One of the same name takes the place of the one that is there.
    assert rows[0] is asked[1]
    assert architecture == {"units": 3, "dropout": 0.1}
    _, architecture = with_rows_kept(folder, asked, {"units": 4})
    assert architecture == {"units": 4}


def test_an_argument_that_only_an_earlier_run_was_given_is_refused(folder):
    with pytest.raises(ValueError, match=r"units=3, which 'audio' .* give --units 3"):
        with_rows_kept(folder, variants("audio"), {})
    # A model without it is built as in a folder of its own.
    rows, _ = with_rows_kept(folder, variants("audio_text_classifier:audio"), {})
    assert [row.name for row in rows][-1] == "audio_text_classifier:audio"
    own = [Variant.parse("audio", architecture={"units": 5})]
    with_rows_kept(folder, own, {})


def test_an_argument_that_is_a_list_or_the_default_is_no_fault(tmp_path):
    held = {"units": {"audio": 3}, "dropout": signature_of("lstm_baseline")["dropout"]}
    asked = {"rows": [], "architecture": held}
    RunFolder(tmp_path, asked, str).write()
    with pytest.raises(ValueError, match="units={'audio': 3}, which 'text'"):
        with_rows_kept(tmp_path, variants("text"), {})
    with_rows_kept(tmp_path, variants("text"), {"units": 4})


def test_a_variant_that_is_named_twice_is_refused(folder):
    with pytest.raises(ValueError, match="`variants` has 'audio' twice"):
        with_rows_kept(folder, variants("audio", "text", "audio"), {})
    refuse_twice(variants("audio", "text"))
