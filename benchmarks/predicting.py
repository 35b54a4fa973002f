"""What does `mmzoo predict` cost, beside `model.predict` on arrays in memory?

Writes mmzoo's own file with rows of random numbers and an untrained LSTM baseline, and
answers all rows twice: by the command, which streams the file, and by Keras, which is
given the same rows as arrays. Each has a process of its own, so that its peak memory is
its own, too; what both need before the first row is taken off.

Run:     KERAS_BACKEND=jax python benchmarks/predicting.py
Figures: benchmarks/README.md
"""

import argparse
import contextlib
import io
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

STEPS, FEATURES = 20, {"text": 50, "audio": 20}
BATCH = 64


def random_split(rows, seed=0):
    """So many rows of random numbers, all of the same number of steps."""
    import numpy as np

    import mmzoo

    generator = np.random.default_rng(seed)
    starts, lengths = np.arange(rows) * STEPS, np.full(rows, STEPS)
    sequences = {
        name: mmzoo.data.Sequences(
            generator.standard_normal((rows * STEPS, size), "float32"), starts, lengths
        )
        for name, size in FEATURES.items()
    }
    names = tuple(map(str, range(rows)))
    return mmzoo.data.Split(sequences, np.zeros(rows), names, names)


def write(folder, rows, units):
    """Write the model and the corpus that the others read."""
    import mmzoo

    mmzoo.build_lstm_baseline(FEATURES, units=units).save(folder / "model.keras")
    corpus = mmzoo.data.Corpus("rows", {"test": random_split(rows)}, (-3, 3))
    yield
    corpus.save(folder / "rows.h5")


def command(folder, rows, units):
    """Answer all rows of the file into another one."""
    import mmzoo.command.execute  # noqa: F401
    from mmzoo.command.entry import main

    given = map(str, (folder / "model.keras", folder / "rows.h5"))
    yield
    with contextlib.redirect_stdout(io.StringIO()):
        status = main(["predict", *given, "--output", str(folder / "answers.csv")])
    if status:
        sys.exit(f"mmzoo predict ended with {status}")


def memory(folder, rows, units):
    """Let Keras answer the same rows, which are in memory."""
    import numpy as np

    import mmzoo

    split, inputs = random_split(rows), {}
    for name, size in FEATURES.items():
        frames = split.sequences[name].frames
        inputs[name] = frames.reshape(rows, STEPS, size)
        inputs[f"{name}_mask"] = np.ones((rows, STEPS), bool)
    yield
    model = mmzoo.load(folder / "model.keras")
    model.predict(inputs, batch_size=BATCH, verbose=0)


# Each is prepared until it yields; what follows is measured.
WORK = {each.__name__: each for each in (write, command, memory)}
WAYS = ("command", "memory")


def worker(name, *given):
    """Do one piece of work; print what was spent before it, and the peak in bytes."""
    work = WORK[name](*given)
    next(work, None)
    before = time.perf_counter(), time.process_time()
    next(work, None)
    wall = time.perf_counter() - before[0]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"wall": wall, "cpu_before": before[1], "peak": peak}))


def measured(name, folder, *sizes):
    """What a process of its own says of one piece of work on rows and units."""
    paths = [str(Path(__file__).resolve().parents[1]), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
    before = _spent()
    told = subprocess.run(
        [sys.executable, __file__, "--worker", name, folder, *map(str, sizes)],
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
    ).stdout
    told = json.loads(told.splitlines()[-1])
    # With what the processes that it started have spent.
    return {**told, "cpu": _spent() - before - told["cpu_before"]}


def _spent():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def table(folder, counts, units, repeats):
    """The lines of the table: both ways, by turns, for each number of rows."""
    yield f"{'':>9}{'rows a second':>30}{'':>13}{'MB above one batch':>32}"
    ways = f"{'mmzoo predict':>15}{'model.predict':>15}"
    yield f"{'rows':>9}{ways}{'ratio':>7}{'CPU':>6}{'':>2}{ways}"
    measured("write", folder, BATCH, units)
    idle = [measured(name, folder, BATCH, units)["peak"] for name in WAYS]
    for rows in counts:
        measured("write", folder, rows, units)
        turns = [
            [measured(name, folder, rows, units) for name in WAYS]
            for _ in range(repeats)
        ]
        ways = [*zip(*turns, strict=True)]
        wall, cpu = (
            [rows / min(each[kind] for each in way) for way in ways]
            for kind in ("wall", "cpu")
        )
        peaks = [
            (max(each["peak"] for each in way) - least) / 2**20
            for way, least in zip(ways, idle, strict=True)
        ]
        yield (
            f"{rows:>9}{wall[0]:>15,.0f}{wall[1]:>15,.0f}{wall[0] / wall[1]:>7.2f}"
            f"{cpu[0] / cpu[1]:>6.2f}{peaks[0]:>17,.0f}{peaks[1]:>15,.0f}"
        )


def main():
    """Measure and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--rows",
        type=int,
        nargs="+",
        default=[10_000, 100_000],
        help="rows of the files (10000 100000)",
    )
    add = parser.add_argument
    add("--units", type=int, default=64, help="width of the LSTM (64)")
    add("--repeats", type=int, default=3, help="runs of each; the fastest counts (3)")
    add("--worker", nargs=4, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.worker:
        name, folder, *sizes = arguments.worker
        worker(name, Path(folder), *map(int, sizes))
        return
    with tempfile.TemporaryDirectory() as folder:
        for line in table(folder, arguments.rows, arguments.units, arguments.repeats):
            print(line, flush=True)


if __name__ == "__main__":
    main()
