import sys

import keras
import pytest

import mmzoo
from mmzoo.command.entry import main
from mmzoo.models import registry
from tests.command.small_command import fails, lines_of, save, write
from tests.data.small_corpus import small_corpus

pytestmark = pytest.mark.one_backend
NAME = "of_mine"
MODULE = """
import keras
import mmzoo

@keras.saving.register_keras_serializable(package="of_mine")
class Own(mmzoo.models.LSTMBaseline):
    pass

@mmzoo.models.register_model
def build_own(input_dims, **options) -> Own:
    return Own(input_dims, **options)
"""


@pytest.fixture
def own(rng, tmp_path, monkeypatch):
    """Path of a model whose class the module `of_mine.py` defines, and of data."""
    corpus = small_corpus(rng)
    monkeypatch.setattr(registry, "_BUILDERS", dict(registry._BUILDERS))
    namespace = {}
    exec(MODULE, namespace)
    model = namespace["Own"]({"audio": 3, "text": 5}, units=3)
    found = save(model, tmp_path), write(corpus, tmp_path)
    (tmp_path / f"{NAME}.py").write_text(MODULE)
    # What a new process knows.
    keras.saving.get_custom_objects().pop(f"{NAME}>Own")
    del registry._BUILDERS["own"]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", sys.path[:])
    monkeypatch.delitem(sys.modules, NAME, raising=False)
    yield found
    sys.modules.pop(NAME, None)
    keras.saving.get_custom_objects().pop(f"{NAME}>Own", None)


def test_a_trusted_module_is_imported(own, tmp_path, capsys):
    assert main(["predict", *own, "--trust", NAME]) == 0
    assert len(lines_of(tmp_path / "predictions.csv")) == 3
    assert main(["evaluate", *own, "--trust", NAME]) == 0
    assert "mae" in capsys.readouterr().out


def test_a_trusted_model_is_trained(own, tmp_path, capsys):
    words = ["train", own[1], "--epochs", "1", "--units", "3", "--output", "run"]
    words += ["--variant", "own:audio+text"]
    assert "There is no model 'own'" in fails(capsys, *words)
    assert main([*words, "--trust", NAME]) == 0
    assert main(["evaluate", "run", own[1], "--trust", NAME]) == 0
    assert "own:audio+text" in (tmp_path / "run" / "report.md").read_text()


def test_a_model_of_ones_own_is_not_trusted_unasked(own, capsys):
    text = fails(capsys, "predict", *own)
    assert "of_mine>Own" in text and "--trust" in text
    assert NAME not in sys.modules


@pytest.mark.parametrize(
    ("name", "source", "message"),
    [
        ("of_nobody", None, "--trust of_nobody: there is no of_nobody.py in "),
        ("of_yours", "import no_such_module", "No module named 'no_such_module'"),
    ],
)
def test_a_module_that_is_not_there_is_named(
    name, source, message, own, tmp_path, capsys
):
    if source:
        (tmp_path / f"{name}.py").write_text(source)
    assert message in fails(capsys, "evaluate", *own, "--trust", name)


def test_nothing_is_imported_for_the_models_of_the_library(rng, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "path", before := sys.path[:])
    model = mmzoo.build_lstm_baseline({"audio": 3, "text": 5}, units=3)
    words = [save(model, tmp_path), write(small_corpus(rng), tmp_path)]
    assert main(["evaluate", *words]) == 0
    assert sys.path == before
