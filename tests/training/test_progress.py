from mmzoo.training.progress import PhaseProgress, followed


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


class Clock:
    """A clock that moves on by so many seconds at each look."""

    def __init__(self, seconds):
        self.now, self.seconds = 0, seconds

    def __call__(self):
        self.now += self.seconds
        return self.now


def test_a_line_now_and_then_where_nobody_watches():
    lines = []
    clock = Clock(12)
    follow([0.5, 0.25, 0.75, 0.5, 0.5], report=lines.append, row="text", clock=clock)
    *lines, last = lines
    # Epochs end after 12, 24, 36, 48 and 60 seconds.
    assert lines == [
        "    text, text_translation: epoch 3 of 5, 12.0 s an epoch, val_loss 0.750, "
        "best 0.250, at most 0 min left"
    ]
    assert "5 epochs" in last


def test_long_epochs_have_a_line_each_and_minutes_left():
    lines = []
    follow([0.5, 0.25], report=lines.append, clock=Clock(120))
    assert [line.split(", ")[-1] for line in lines[:2]] == [
        "at most 8 min left",
        "at most 6 min left",
    ]


def test_no_lines_beside_a_bar(monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    lines = []
    follow([0.5, 0.25], report=lines.append, clock=Clock(120))
    assert len(lines) == 1


def test_seconds_are_those_of_this_run():
    progress = PhaseProgress("a", "loss", lines := [], clock=Clock(60))
    progress.report = lines.append
    progress.set_params({"epochs": 12})
    progress.on_train_begin()
    progress.on_epoch_begin(10)
    progress.on_epoch_end(10, {"loss": 1.0})
    assert "epoch 11 of 12, 60.0 s an epoch" in lines[0]


def test_rows_are_followed_with_the_time_left():
    told, seconds = [], iter(range(0, 1000, 20))
    parts = ["a", "b", "c", "de"]
    followed_parts = followed(parts, 5, "predict", told.append, lambda: next(seconds))
    assert list(followed_parts) == parts
    assert told == [
        "predict: row 2 of 5, about 1 min left",
        "predict: row 5 of 5, about 0 min left",
    ]
