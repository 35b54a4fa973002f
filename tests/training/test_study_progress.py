import io

import pytest

from mmzoo.training.study_progress import StudyProgress

pytestmark = pytest.mark.one_backend


class Terminal(io.StringIO):
    def isatty(self):
        return True


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


class Job:
    def __init__(self, title, seed):
        self.title, self.name = title, f"{title}, seed {seed}"


def jobs_of(*titles, seeds=2):
    return [Job(title, seed) for title in titles for seed in range(seeds)]


def epoch(progress, job, number=4):
    told = {"monitor": "val_mae", "value": 0.71234, "best": 0.69}
    progress.epoch_ended(job, "supervised", epoch=number, epochs=40, **told)


def test_lines_where_nobody_watches():
    lines, clock, jobs = [], Clock(), jobs_of("text", "audio")
    progress = StudyProgress(jobs, jobs[:1], lines.append, io.StringIO(), clock)
    progress.started(jobs[1])
    progress.started(jobs[2])
    clock.now = 29.0
    progress.look()
    assert not lines
    clock.now = 60.0
    progress.done(jobs[1])
    progress.started(jobs[3])
    epoch(progress, jobs[2])
    progress.look()
    progress.look()
    assert lines == [
        "  text, seed 1: done in 60 s",
        # Of 60 s each, one has begun and one has had its time.
        "2 of 4 trainings done, 2 running, about 0 min left\n"
        "    audio, seed 0: supervised, epoch 4 of 40, val_mae 0.712, best 0.690\n"
        "    audio, seed 1: begins",
    ]


def test_the_time_left_is_by_the_own_row():
    clock, jobs = Clock(), jobs_of("text", "audio", seeds=3)
    progress = StudyProgress(jobs, (), str, io.StringIO(), clock)
    for job, seconds in ((jobs[0], 600.0), (jobs[3], 60.0)):
        progress.started(job)
        clock.now += seconds
        progress.done(job)
    # Two of 10 minutes and two of one wait.
    assert progress._summary() == (
        "2 of 6 trainings done, 4 waiting, about 22 min left"
    )


def test_a_table_on_a_terminal(monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("LINES", "9")
    lines, screen, jobs = [], Terminal(), jobs_of("text", "text->audio")
    progress = StudyProgress(jobs, jobs[:1], lines.append, screen, Clock())
    progress.started(jobs[1])
    epoch(progress, jobs[1])
    progress.look()
    assert screen.getvalue().splitlines() == [
        "1 of 4 trainings done, 1 running, 2 waiting (# done, > runn",
        "  text         #>",
        "    text, seed 1: supervised, epoch 4 of 40, val_mae 0.712,",
        "  text->audio  ..",
    ]
    screen.truncate(0)
    progress.failed(jobs[1], "a traceback\n")
    assert screen.getvalue().lstrip("\0") == "\x1b[4F\x1b[J", "the table is taken away"
    assert lines == ["  text, seed 1 failed:\na traceback"]
    progress.look()
    assert "  text         #x" in screen.getvalue()


def test_a_table_no_longer_than_the_terminal(monkeypatch):
    monkeypatch.setenv("LINES", "5")
    jobs = jobs_of(*map(str, range(20)))
    progress = StudyProgress(jobs, (), str, Terminal(), Clock())
    for job in jobs[30:32]:
        progress.started(job)
    assert progress._table(80, 4)[1:] == [
        "    15, seed 0: begins",
        "    15, seed 1: begins",
    ]


def test_what_trainings_say_names_them():
    lines, jobs = [], jobs_of("text")
    progress = StudyProgress(jobs, (), lines.append, io.StringIO(), Clock())
    progress.said(jobs[0], "    supervised: 3 epochs")
    progress.said(jobs[0], "")
    progress.started(jobs[0])
    progress.lost(jobs[0], "its process died")
    assert lines == [
        "  text, seed 0: supervised: 3 epochs",
        "  text, seed 0: its process died",
    ]
    assert progress._summary() == "0 of 2 trainings done, 2 waiting"
