"""How much memory does a training take that reads a file larger than it should hold?

Writes mmzoo's own file, of so many bytes of noise, and trains an LSTM baseline on it
for one epoch by `mmzoo train`, with the statistics, the floors and the report that
belong to it. The same training on a tiny file is what the peak is compared with; each
has a process of its own.

Run:     KERAS_BACKEND=jax python benchmarks/large_file.py
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

STEPS, FEATURES = 50, {"text": 768, "audio": 74}
SHARES = {"train": 0.8, "valid": 0.1, "test": 0.1}
NOISE_STEPS = 20_000
TINY = 2**20


def noisy_split(name, samples, seed):
    """Samples that are cut anywhere from one array of noise, so that it fits memory."""
    import numpy as np

    import mmzoo

    generator = np.random.default_rng(seed)
    sequences = {
        modality: mmzoo.data.Sequences(
            generator.standard_normal((NOISE_STEPS, size), "float32"),
            generator.integers(0, NOISE_STEPS - STEPS, samples),
            np.full(samples, STEPS),
        )
        for modality, size in FEATURES.items()
    }
    labels = generator.uniform(-3, 3, samples)
    ids = tuple(f"{name}{number}" for number in range(samples))
    return mmzoo.data.Split(sequences, labels, ids, ids)


def write(path, size):
    """Write a file of about so many bytes."""
    import mmzoo

    samples = int(size) // (4 * STEPS * sum(FEATURES.values()))
    splits = {
        name: noisy_split(name, max(20, int(share * samples)), seed)
        for seed, (name, share) in enumerate(SHARES.items())
    }
    mmzoo.data.Corpus("noise", splits, (-3, 3)).save(path)


def train(path, size):
    """Train on the file for one epoch."""
    from mmzoo.command.entry import main

    words = ["train", path, "--variant", "text+audio", "--epochs", "1", "--units", "16"]
    with contextlib.redirect_stdout(io.StringIO()):
        status = main([*words, "--output", str(Path(path).with_suffix(""))])
    if status:
        sys.exit(f"mmzoo train ended with {status}")


WORK = {each.__name__: each for each in (write, train)}


def measured(name, path, size):
    """Seconds and peak in bytes of a process that does one piece of work."""
    paths = [str(Path(__file__).resolve().parents[1]), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
    start = time.perf_counter()
    told = subprocess.run(
        [sys.executable, __file__, "--worker", name, str(path), str(int(size))],
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
    ).stdout
    return time.perf_counter() - start, json.loads(told.splitlines()[-1])


def main():
    """Measure and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--gigabytes", type=float, default=0.064, help="size of the file (0.064)")
    add("--worker", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.worker:
        name, path, size = arguments.worker
        WORK[name](path, size)
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
        return
    print(f"{'file, MB':>10}{'peak, MB':>10}{'above the first':>17}{'seconds':>9}")
    with tempfile.TemporaryDirectory() as folder:
        least = None
        for size in (TINY, 1e9 * arguments.gigabytes):
            path = Path(folder) / f"{int(size)}.h5"
            measured("write", path, size)
            seconds, peak = measured("train", path, size)
            least = least or peak
            print(
                f"{path.stat().st_size / 1e6:>10,.0f}{peak / 1e6:>10,.0f}"
                f"{(peak - least) / 1e6:>17,.0f}{seconds:>9,.0f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
