"""How fast does one training step of a translator run, beside plain PyTorch?

Trains `mmzoo.layers.ModalityTranslator` (encoder LSTM, decoder LSTM started
from the encoder's last state, global attention, masked squared error, Adam) on
every installed Keras backend, and the same model written as one would write
it in PyTorch. Each runs in a process of its own; they take turns, block by
block, so that whatever else the machine does falls on all of them alike.

PyTorch is measured twice: over the padded batch, and over packed sequences
(`pack_padded_sequence`), which skip the padding. Ratios are to the faster one.

Run:     python benchmarks/translator_training.py
One:     python benchmarks/translator_training.py --backends torch --repeats 3
Figures: benchmarks/README.md
"""

import argparse
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

BACKENDS = ("tensorflow", "jax", "torch")
REFERENCES = ("pytorch padded", "pytorch packed")
BATCH, TIMESTEPS, SOURCE_DIM, TARGET_DIM, UNITS = 64, 50, 300, 74, 128


def make_batch():
    """One ragged batch: lengths between half and all of the timesteps."""
    import numpy as np

    generator = np.random.default_rng(0)
    lengths = generator.integers(TIMESTEPS // 2, TIMESTEPS + 1, BATCH)
    lengths[0] = TIMESTEPS
    # (batch, timesteps)
    mask = np.arange(TIMESTEPS) < lengths[:, None]
    source = generator.normal(size=(BATCH, TIMESTEPS, SOURCE_DIM))
    target = generator.normal(size=(BATCH, TIMESTEPS, TARGET_DIM))
    source, target = source * mask[..., None], target * mask[..., None]
    return source.astype("float32"), target.astype("float32"), mask


def make_keras_step():
    """A function that takes one training step of the mmzoo layer."""
    import keras

    from mmzoo.layers import ModalityTranslator

    source = keras.Input((TIMESTEPS, SOURCE_DIM), name="source")
    target = keras.Input((TIMESTEPS, TARGET_DIM), name="target")
    mask = keras.Input((TIMESTEPS,), dtype="bool", name="mask")
    translator = ModalityTranslator(TARGET_DIM, units=UNITS, attention="global")
    frames = translator(source, target, source_mask=mask, target_mask=mask)
    model = keras.Model({"source": source, "target": target, "mask": mask}, frames)
    loss = keras.losses.MeanSquaredError(reduction="mean_with_sample_weight")
    model.compile("adam", loss)
    source, target, mask = make_batch()
    inputs, weights = {"source": source, "target": target, "mask": mask}, mask * 1.0
    return lambda: model.train_on_batch(inputs, target, sample_weight=weights)


def make_torch_step(packed):
    """A function that takes one training step of the same model in PyTorch."""
    import torch
    from torch import nn
    from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

    class Translator(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = nn.LSTM(SOURCE_DIM, UNITS, batch_first=True)
            self.decoder = nn.LSTM(TARGET_DIM, UNITS, batch_first=True)
            self.score = nn.Linear(UNITS, UNITS, bias=False)
            self.combine = nn.Linear(2 * UNITS, UNITS)
            self.output = nn.Linear(UNITS, TARGET_DIM)

        def forward(self, source, target, mask):
            lengths = mask.sum(1)
            if packed:
                rows = pack_padded_sequence(
                    source, lengths.cpu(), batch_first=True, enforce_sorted=False
                )
                states, (last, _) = self.encoder(rows)
                states, _ = pad_packed_sequence(
                    states, batch_first=True, total_length=source.shape[1]
                )
            else:
                states, _ = self.encoder(source)
                last = states[torch.arange(len(states)), lengths - 1][None]
            shifted = nn.functional.pad(target[:, :-1], (0, 0, 1, 0))
            decoded, _ = self.decoder(shifted, (last, torch.zeros_like(last)))
            # (batch, target timesteps, source timesteps)
            scores = self.score(decoded) @ states.transpose(1, 2)
            scores = scores.masked_fill(~mask[:, None], float("-inf"))
            context = scores.softmax(-1) @ states
            combined = torch.cat([context, decoded], -1)
            return self.output(self.combine(combined).tanh())

    model = Translator()
    optimizer = torch.optim.Adam(model.parameters())
    source, target, mask = (torch.from_numpy(array) for array in make_batch())

    def step():
        optimizer.zero_grad()
        errors = (model(source, target, mask) - target).square().mean(-1)
        loss = errors[mask].mean()
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def work(subject):
    """Worker: read a number of steps a line, answer with wall and CPU seconds."""
    if subject in BACKENDS:
        step = make_keras_step()
    else:
        step = make_torch_step(packed=subject == "pytorch packed")
    for line in sys.stdin:
        wall, cpu = time.perf_counter(), time.process_time()
        for _ in range(int(line)):
            step()
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        print(f"seconds {wall} {cpu}", flush=True)


class Worker:
    """A process that trains one subject when it is asked to."""

    def __init__(self, subject):
        environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
        if subject in BACKENDS:
            environment["KERAS_BACKEND"] = subject
        paths = [str(Path(__file__).resolve().parents[1])]
        paths += [p for p in [os.environ.get("PYTHONPATH")] if p]
        environment["PYTHONPATH"] = os.pathsep.join(paths)
        self.subject = subject
        self.process = subprocess.Popen(
            [sys.executable, __file__, "--worker", subject],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )

    def seconds(self, steps):
        """Wall and CPU seconds a step, over so many steps."""
        self.process.stdin.write(f"{steps}\n")
        self.process.stdin.flush()
        for line in self.process.stdout:
            if line.startswith("seconds "):
                return [float(number) / steps for number in line.split()[1:]]
        raise RuntimeError(
            f"The worker of {self.subject} has ended; its error stands above."
        )

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def measure(subjects, steps, repeats):
    """Wall and CPU seconds a step by subject, a pair a block, interleaved."""
    workers = [Worker(subject) for subject in subjects]
    seconds = {subject: [] for subject in subjects}
    try:
        for worker in workers:
            worker.seconds(3)  # compiles and warms up
        for repeat in range(repeats):
            for worker in workers:
                seconds[worker.subject].append(worker.seconds(steps))
            print(f"block {repeat + 1} of {repeats}", end="\r", file=sys.stderr)
    finally:
        for worker in workers:
            worker.close()
    return seconds


def summarize(seconds):
    """One row a subject: medians, spread, samples a second, ratios to PyTorch."""
    wall, cpu = (
        {s: statistics.median(block[i] for block in seconds[s]) for s in seconds}
        for i in (0, 1)
    )
    best_wall = min(wall[reference] for reference in REFERENCES)
    best_cpu = min(cpu[reference] for reference in REFERENCES)
    return [
        {
            "subject": subject,
            "milliseconds": 1e3 * wall[subject],
            "fastest": 1e3 * min(block[0] for block in blocks),
            "slowest": 1e3 * max(block[0] for block in blocks),
            "samples_per_second": BATCH / wall[subject],
            "ratio": best_wall / wall[subject],
            "cpu_milliseconds": 1e3 * cpu[subject],
            "cpu_ratio": best_cpu / cpu[subject],
        }
        for subject, blocks in seconds.items()
    ]


def table(rows):
    """The rows as plain text."""
    lines = [
        f"{'':<20}{'ms a step':>10}{'(fastest - slowest)':>22}{'samples/s':>11}"
        f"{'ratio':>7}{'CPU ms':>9}{'ratio':>7}"
    ]
    for row in rows:
        name = row["subject"]
        name = f"mmzoo on {name}" if name in BACKENDS else name
        spread = f"({row['fastest']:.1f} - {row['slowest']:.1f})"
        lines.append(
            f"{name:<20}{row['milliseconds']:>10.1f}{spread:>22}"
            f"{row['samples_per_second']:>11.0f}{row['ratio']:>7.2f}"
            f"{row['cpu_milliseconds']:>9.1f}{row['cpu_ratio']:>7.2f}"
        )
    return "\n".join(lines)


def parse_arguments():
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--backends",
        nargs="+",
        choices=BACKENDS,
        default=[b for b in BACKENDS if importlib.util.find_spec(b)],
        help="Keras backends to measure (default: the installed ones)",
    )
    parser.add_argument(
        "--steps",
        type=int,
        default=10,
        help="training steps in a block (default: 10)",
    )
    parser.add_argument(
        "--repeats",
        type=int,
        default=15,
        help="blocks of each subject; the median counts (default: 15)",
    )
    parser.add_argument(
        "--json",
        type=Path,
        metavar="PATH",
        help="also write the rows, and every block, as JSON",
    )
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    return parser.parse_args()


def main():
    """Measure, print the table and, if asked, write the JSON."""
    arguments = parse_arguments()
    if arguments.worker:
        work(arguments.worker)
        return
    if not importlib.util.find_spec("torch"):
        sys.exit("PyTorch, the reference, is not installed: pip install mmzoo[torch]")
    subjects = (*REFERENCES, *arguments.backends)
    load = os.getloadavg()[0]
    seconds = measure(subjects, arguments.steps, arguments.repeats)
    rows = summarize(seconds)
    print(
        f"{BATCH} x {TIMESTEPS} steps, {SOURCE_DIM} -> {TARGET_DIM} features, "
        f"{UNITS} units, {len(os.sched_getaffinity(0))} CPU cores, "
        f"load at the start {load:.1f}"
    )
    print(table(rows))
    if arguments.json:
        report = {"load": load, "rows": rows, "seconds_a_step": seconds}
        arguments.json.write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main()
