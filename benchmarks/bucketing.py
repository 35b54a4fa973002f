"""What do buckets of least cost save, beside buckets of equal counts?

Trains the translation `text->audio` on frames of random numbers in two ways that differ
only in the batches: `mmzoo.data.Batches` as it is, and the split cut by length into
parts of equal counts. Their epochs take turns in one process, on a split whose samples
are as long as the corpus has words (or steps, where it has no words).

Run:     KERAS_BACKEND=jax python benchmarks/bucketing.py
Corpus:  KERAS_BACKEND=jax python benchmarks/bucketing.py --data mosi_utterances.npz
Figures: benchmarks/README.md
"""

import argparse
import os
import statistics
import time

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np

import mmzoo

FEATURES = {"text": 300, "audio": 74}
UNITS, BATCH = 96, 32


class EqualCounts(keras.utils.PyDataset):
    """Batches of a split that is cut by length into parts of equal counts."""

    def __init__(self, split, num_buckets):
        super().__init__()
        parts = np.array_split(np.argsort(split.lengths, kind="stable"), num_buckets)
        plans = [
            mmzoo.data.Batches(split.select(part), batch_size=BATCH, num_buckets=1)
            for part in parts
        ]
        self.places = [(plan, i) for plan in plans for i in range(len(plan))]

    def __len__(self):
        return len(self.places)

    def __getitem__(self, index):
        plan, place = self.places[index]
        return plan[place]


def random_split(split, seed=0):
    """Random frames, one for each word (or step) of the samples of a split."""
    words = split.words or [""] * len(split)
    lengths = [len(text.split()) for text in words]
    lengths = np.maximum(1, np.maximum(lengths, split.lengths))
    generator = np.random.default_rng(seed)
    starts = np.cumsum(lengths) - lengths
    sequences = {
        name: mmzoo.data.Sequences(
            generator.normal(size=(lengths.sum(), size)).astype("float32"),
            starts,
            lengths,
        )
        for name, size in FEATURES.items()
    }
    names = tuple(map(str, range(len(lengths))))
    return mmzoo.data.Split(sequences, np.zeros(len(lengths)), names, names)


class Subject:
    """A model that is trained on one way to cut."""

    def __init__(self, name, batches):
        self.name, self.batches = name, batches
        steps = [x["text_mask"].shape for x, _ in batches]
        self.padded = int(np.prod(steps, axis=1).sum())
        self.shapes = sorted({timesteps for _, timesteps in steps})
        keras.utils.set_random_seed(0)
        self.model = mmzoo.build_seq2seq_translator(
            FEATURES, "text", "audio", units=UNITS, attention="aligned"
        )
        self.model.compile(optimizer="adam")

    def epoch(self):
        """Wall and CPU seconds of one epoch."""
        wall, cpu = time.perf_counter(), time.process_time()
        self.model.fit(self.batches, epochs=1, shuffle=False, verbose=0)
        return time.perf_counter() - wall, time.process_time() - cpu


class Compilations:
    """How often XLA has compiled a training step; `None` on other backends."""

    def __init__(self):
        self.count = None
        if keras.backend.backend() == "jax":
            import jax

            self.count = 0
            jax.monitoring.register_event_duration_secs_listener(self._listen)

    def _listen(self, event, seconds, fun_name="", **_):
        if event.endswith("backend_compile_duration") and "train_step" in fun_name:
            self.count += 1


def measure(subjects, repeats):
    """The first epoch of each subject, which compiles, and then epochs by turns."""
    compilations = Compilations()
    for subject in subjects:
        before = compilations.count
        _, subject.first = subject.epoch()
        subject.compilations = before if before is None else compilations.count - before
        subject.seconds = []
    for _ in range(repeats):
        for subject in subjects:
            subject.seconds.append(subject.epoch())


def table(subjects):
    """The figures of the subjects, ratios to the first."""
    lines = [
        f"{'':<14}{'padded steps':>13}{'compiled':>9}{'time ratio':>11}{'CPU':>6}"
        f"{'(least - most)':>17}  a compilation"
    ]
    first = subjects[0]
    for subject in subjects:
        pairs = np.divide(first.seconds, subject.seconds)
        wall, cpu = np.median(pairs, axis=0)
        epoch = statistics.median(cpu for _, cpu in subject.seconds)
        # A step is one of a sequence, so a compilation is so many steps' worth.
        worth = (subject.first - epoch) / len(subject.shapes) / epoch * subject.padded
        spread = f"({pairs[:, 1].min():.2f} - {pairs[:, 1].max():.2f})"
        lines.append(
            f"{subject.name:<14}{subject.padded:>13}{subject.compilations!s:>9}"
            f"{wall:>11.2f}{cpu:>6.2f}{spread:>17}  {worth:,.0f} steps"
            f"  padded to {subject.shapes}"
        )
    return "\n".join(lines)


def main():
    """Measure and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", default="sample", help="corpus of the lengths")
    parser.add_argument("--protocol", help="how to split it, such as utterance")
    parser.add_argument("--equal", type=int, default=3, help="equal buckets (3)")
    parser.add_argument("--repeats", type=int, default=7, help="epochs of each (7)")
    arguments = parser.parse_args()
    corpus = mmzoo.data.read(arguments.data, arguments.protocol)
    split = random_split(corpus.train)
    subjects = [
        Subject("equal counts", EqualCounts(split, arguments.equal)),
        Subject("least cost", mmzoo.data.Batches(split, batch_size=BATCH)),
    ]
    measure(subjects, arguments.repeats)
    print(
        f"{len(split)} samples, {split.lengths.sum()} steps, batches of {BATCH}, "
        f"{keras.backend.backend()}, {len(os.sched_getaffinity(0))} CPU cores"
    )
    print(table(subjects))


if __name__ == "__main__":
    main()
