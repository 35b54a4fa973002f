import mmzoo
from mmzoo.command.entry import main
from tests.command.small_command import fails, write
from tests.data.small_corpus import small_corpus


def test_summary_shows_the_corpus(rng, tmp_path, capsys):
    data = write(small_corpus(rng), tmp_path)
    assert main(["summary", data]) == 0
    assert capsys.readouterr().out == mmzoo.data.read(data).summary() + "\n"


def test_models_are_listed(capsys):
    assert main(["models"]) == 0
    assert capsys.readouterr().out.split() == mmzoo.list_models()


def test_what_is_not_there_is_one_line(rng, tmp_path, capsys):
    data = write(small_corpus(rng), tmp_path)
    assert "no such file" in fails(capsys, "predict", "absent.keras", data)
    assert "no such file" in fails(capsys, "summary", str(tmp_path / "absent"))


def test_data_are_aligned_before_they_are_shown(rng, tmp_path, capsys):
    data = write(small_corpus(rng), tmp_path)
    assert main(["summary", data, "--align-to", "audio"]) == 0
    shown = mmzoo.data.read(data).align_to("audio").summary()
    assert capsys.readouterr().out == shown + "\n"
    refused = fails(capsys, "summary", data, "--align-to", "touch")
    assert "align_to('touch'), but there are no such frames" in refused
