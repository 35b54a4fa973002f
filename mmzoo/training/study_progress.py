"""How far the trainings of a study are: a table on a terminal, lines elsewhere."""

import shutil
import sys
import time

from mmzoo.training.progress import SECONDS_BETWEEN_LINES

# What a training is, as a letter of its row.
WAITING, RUNNING, DONE, FAILED = ".", ">", "#", "x"
LEGEND = "# done, > running, . waiting, x failed"


class StudyProgress:
    """What a person sees of trainings that several processes do.

    Args:
        jobs: list of `TrainingJob`, all of the study.
        finished: those of them that were done before.
        say: function that shows a line to a person.
        stream: optional file that the table is drawn on where it is a terminal.
            Defaults to standard error.
        clock: function that tells the seconds.
    """

    def __init__(self, jobs, finished=(), say=print, stream=None, clock=time.monotonic):
        self._states = {job: DONE if job in finished else WAITING for job in jobs}
        self._say, self._clock = say, clock
        self._stream = stream or sys.stderr
        self._live = self._stream.isatty()
        self._epochs, self._began, self._seconds = {}, {}, {}
        self._told = clock()
        self._drawn = 0

    def started(self, job):
        self._states[job] = RUNNING
        self._began[job] = self._clock()
        self._epochs.pop(job, None)

    def epoch_ended(self, job, phase, epoch, epochs, monitor, value, best):
        told = f"{phase}, epoch {epoch} of {epochs}, {monitor} {value:.3f}"
        self._epochs[job] = f"{told}, best {best:.3f}"

    def said(self, job, line):
        """Show what a training says."""
        if line.strip():
            self._show(f"  {job.name}: {line.strip()}")

    def done(self, job):
        self._states[job] = DONE
        seconds = self._clock() - self._began[job]
        self._seconds.setdefault(job.title, []).append(seconds)
        self._show(f"  {job.name}: done in {seconds:.0f} s")

    def lost(self, job, why):
        """Say that a training waits again."""
        self._states[job] = WAITING
        self._show(f"  {job.name}: {why}")

    def failed(self, job, why):
        self._states[job] = FAILED
        self._show(f"  {job.name} failed:\n{why.rstrip()}")

    def look(self):
        """Draw the table again; where there is none, say now and then where all is."""
        if self._live:
            self._erase()
            self._draw()
        elif self._clock() - self._told >= SECONDS_BETWEEN_LINES:
            self._told = self._clock()
            self._say("\n".join([self._summary(), *self._running(self._states)]))

    def close(self):
        """Take the table away."""
        self._erase()

    def _show(self, text):
        self._erase()
        self._say(text)

    def _summary(self):
        states = list(self._states.values())
        counts = {"running": RUNNING, "waiting": WAITING, "failed": FAILED}
        told = [f"{states.count(DONE)} of {len(states)} trainings done"]
        told += [
            f"{states.count(s)} {name}" for name, s in counts.items() if s in states
        ]
        return ", ".join(told) + self._time_left()

    def _time_left(self):
        """About how long the rest takes, by the trainings that are done."""
        known = [seconds for each in self._seconds.values() for seconds in each]
        left = [
            job for job, state in self._states.items() if state in WAITING + RUNNING
        ]
        if not known or not left:
            return ""
        seconds = 0.0
        for job in left:
            own = self._seconds.get(job.title, known)
            gone = self._clock() - self._began[job] if self._is(job, RUNNING) else 0.0
            seconds += max(sum(own) / len(own) - gone, 0.0)
        running = sum(state == RUNNING for state in self._states.values())
        return f", about {seconds / max(running, 1) / 60:.0f} min left"

    def _is(self, job, state):
        return self._states[job] == state

    def _running(self, jobs):
        """A line on each training that is being done."""
        return [
            f"    {job.name}: {self._epochs.get(job, 'begins')}"
            for job in jobs
            if self._is(job, RUNNING)
        ]

    def _table(self, width, height):
        """The lines of the table, no more and no longer than the terminal shows."""
        rows = {}
        for job in self._states:
            rows.setdefault(job.title, []).append(job)
        longest = max(map(len, rows))
        lines = [f"{self._summary()} ({LEGEND})"]
        for title, jobs in rows.items():
            letters = "".join(self._states[job] for job in jobs)
            lines.append(f"  {title:<{longest}}  {letters}")
            lines += self._running(jobs)
        if len(lines) > height:
            # What runs matters most.
            lines = [lines[0], *self._running(self._states)][:height]
        return [line[:width] for line in lines]

    def _draw(self):
        columns, height = shutil.get_terminal_size()
        lines = self._table(columns - 1, height - 1)
        self._stream.write("".join(f"{line}\n" for line in lines))
        self._stream.flush()
        self._drawn = len(lines)

    def _erase(self):
        if self._drawn:
            # To the table's first line, and away with all below.
            self._stream.write(f"\x1b[{self._drawn}F\x1b[J")
            self._stream.flush()
            self._drawn = 0
