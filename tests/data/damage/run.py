"""Damage files of every format, and see that each ends right or in one clear error.

    python -m tests.data.damage.run --cases 500
    python -m tests.data.damage.run --formats keras own --cases 20 --seed 3 --show

A case is given by its format, the seed and its number. It is read in a process of its
own, which is ended after ten seconds, and whose memory may grow by 2 GB. The table
counts how the cases ended; the exit is 1 where one ended in any other way.
"""

import argparse
import collections
import json
import os
import pathlib
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import warnings
import zlib

import numpy as np

SECONDS = 10.0
START_SECONDS = 300.0
MEMORY = 2 * 2**30
# A message is for a person: one line, or a list on not more than a screen.
MOST_OF_MESSAGE = 2600
MOST_LINES = 25
GOOD = ("right", "refused")


def run(formats, cases, seed=0, say=None):
    """Read damaged files.

    Args:
        formats: names of formats.
        cases: int. Cases of each format.
        seed: int.
        say: optional function of one line, told of each case that ended wrong.

    Returns:
        Dict from format to the number of cases of each ending, and the slowest seconds.
    """
    found = {name: collections.Counter() for name in formats}
    slowest = dict.fromkeys(formats, 0.0)
    todo = collections.deque((name, n) for name in formats for n in range(cases))
    while todo:
        with _Child(seed) as child:
            while todo and child.alive:
                name, number = todo.popleft()
                ending, told, seconds = child.read(name, number)
                found[name][ending] += 1
                slowest[name] = max(slowest[name], seconds)
                if say and ending not in GOOD:
                    say(f"{ending}: {name} {number} of seed {seed}: {told}")
    return found, slowest


class _Child:
    """The process that reads, and what it says."""

    def __init__(self, seed):
        command = [sys.executable, "-m", "tests.data.damage.run", "--child", str(seed)]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.alive, self.lines = True, queue.SimpleQueue()
        self.listener = threading.Thread(target=self._listen, daemon=True)
        self.listener.start()
        self.lines.get(timeout=START_SECONDS)

    def _listen(self):
        for line in self.process.stdout:
            self.lines.put(line)
        self.lines.put(None)

    def __enter__(self):
        return self

    def __exit__(self, *args):
        self.process.kill()
        self.process.wait()
        self.listener.join()
        self.process.stdin.close()
        self.process.stdout.close()

    def read(self, name, number):
        """How a case ended, what was told, and its seconds."""
        print(json.dumps([name, number]), file=self.process.stdin, flush=True)
        started = self.lines.get(timeout=START_SECONDS)
        try:
            line = started and self.lines.get(timeout=SECONDS)
        except queue.Empty:
            self.alive = False
            return "slow", started.strip(), SECONDS
        if line is None:
            self.alive = False
            return "ended the process", (started or "").strip(), 0.0
        return json.loads(line)


def _serve(seed):
    import resource

    import mmzoo
    from tests.data.damage.samples import SAMPLES

    mmzoo.data.read("sample-clips")
    warnings.simplefilter("ignore")
    out = os.fdopen(os.dup(1), "w")
    # What a library prints is no answer.
    os.dup2(2, 1)
    pages = int(pathlib.Path("/proc/self/statm").read_text().split()[0])
    limit = pages * resource.getpagesize() + MEMORY
    whole = pathlib.Path(tempfile.mkdtemp(prefix="whole_"))
    originals = {}
    print("ready", file=out, flush=True)
    try:
        for line in sys.stdin:
            name, number = json.loads(line)
            if name not in originals:
                (whole / name).mkdir()
                originals[name] = SAMPLES[name](whole / name).relative_to(whole / name)
            answer = _case(
                name, number, seed, whole / name, originals[name], out, limit
            )
            print(json.dumps(answer), file=out, flush=True)
    finally:
        shutil.rmtree(whole)


def _case(name, number, seed, whole, inner, out, limit):
    import resource

    from tests.data.damage.damages import damage
    from tests.data.damage.samples import read_sample

    rng = np.random.default_rng([seed, number, zlib.crc32(name.encode())])
    with tempfile.TemporaryDirectory(prefix="damaged_") as folder:
        path = pathlib.Path(folder, "copy")
        shutil.copytree(whole, path)
        told = damage(path / inner, rng)
        print(told, file=out, flush=True)
        resource.setrlimit(resource.RLIMIT_AS, (limit, resource.RLIM_INFINITY))
        begun = time.perf_counter()
        ending, message = _ending(lambda: read_sample(name, path / inner), folder)
        seconds = time.perf_counter() - begun
        resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY,) * 2)
    return ending, f"{told}: {message}", seconds


def _ending(read, folder):
    try:
        read()
    except ValueError as error:
        message = str(error)
        if type(error).__name__ not in ("DataError", "ValueError"):
            return type(error).__name__, message[:300]
        if folder not in message:
            return "names no file", message[:300]
        lines = message.count("\n") > MOST_LINES or len(message) > MOST_OF_MESSAGE
        return "long message" if lines else "refused", message[:300]
    except BaseException as error:
        return type(error).__name__, str(error)[:300]
    return "right", ""


def _table(found, slowest):
    endings = sorted({each for counts in found.values() for each in counts} - set(GOOD))
    head = ["format", *GOOD, *endings, "slowest"]
    rows = [
        [
            name,
            *(str(counts[each]) for each in (*GOOD, *endings)),
            f"{slowest[name]:.1f} s",
        ]
        for name, counts in found.items()
    ]
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    return "\n".join(
        "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        for row in (head, *rows)
    )


def main():
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--cases", type=int, default=20, help="cases of each format")
    parser.add_argument("--formats", nargs="*", help="all where not given")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--child", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child is not None:
        return _serve(arguments.child)
    from tests.data.damage.samples import SAMPLES

    formats = arguments.formats or list(SAMPLES)
    found, slowest = run(formats, arguments.cases, arguments.seed, print)
    print(_table(found, slowest))
    return int(any(set(counts) - set(GOOD) for counts in found.values()))


if __name__ == "__main__":
    sys.exit(main())
