from mmzoo.training.progress import PhaseProgress


def follow(values, **options):
    progress = PhaseProgress("text_translation", "val_loss", **options)
    progress.set_params({"epochs": 5})
    progress.on_train_begin()
    for epoch, value in enumerate(values):
        progress.on_epoch_end(epoch, {"val_loss": value, "loss": 9.0})
    progress.on_train_end()


def test_one_line_tells_the_epochs_and_the_best():
    lines = []
    follow([0.5, 0.25, 0.75], report=lines.append)
    assert lines == ["    text_translation: 3 epochs, val_loss 0.250"]


def test_no_bar_where_nobody_watches(capsys):
    follow([0.5])
    captured = capsys.readouterr()
    assert not captured.out
    assert not captured.err


def test_bar_on_a_terminal(capsys, monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    follow([0.5, 0.25])
    shown = capsys.readouterr().err
    assert "text_translation" in shown
    assert "val_loss 0.250, best 0.250" in shown
