import mmzoo
from mmzoo.command.entry import main
from tests.command.small_command import fails, write
from tests.data.small_corpus import small_corpus


def test_models_are_listed(capsys):
    assert main(["models"]) == 0
    assert capsys.readouterr().out.split() == mmzoo.list_models()


def test_what_is_not_there_is_one_line(rng, tmp_path, capsys):
    data = write(small_corpus(rng), tmp_path)
    assert "no such file" in fails(capsys, "predict", "absent.keras", data)
    assert "no such file" in fails(capsys, "inspect", str(tmp_path / "absent"))


def test_data_are_aligned_before_they_are_shown(rng, tmp_path, capsys):
    data = write(small_corpus(rng), tmp_path)
    assert main(["inspect", data, "--align-to", "audio", "--json"]) == 0
    assert "--align-to audio" in capsys.readouterr().out
    refused = fails(capsys, "inspect", data, "--align-to", "touch")
    assert "align_to('touch'), but there are no such frames" in refused
