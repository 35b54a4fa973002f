"""How fast does a training step of an aligned model run, beside a loop in PyTorch?

Trains models of the zoo on one Keras backend and, for those that fuse the states of
LSTMs at every step, the same equations as one would write them in PyTorch: a loop over
the steps, an `LSTMCell` a modality and the fusion behind them. Both take turns in one
process, block by block, so that whatever else the machine does falls on both alike.
Any other model that `mmzoo.list_models()` names is timed alone.

Run:     KERAS_BACKEND=jax python benchmarks/zoo_steps.py
One:     KERAS_BACKEND=torch python benchmarks/zoo_steps.py --models lstm_baseline
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
import torch
from torch import nn

import mmzoo

BATCH, TIMESTEPS = 32, 50
DIMS = {"audio": 74, "text": 300, "video": 47}
# The models' defaults.
UNITS, HIDDEN, MEMORY, FUSED, COMPRESSED, TIMES = 64, 64, 128, 64, 32, 3
STATES = UNITS * len(DIMS)


def make_batch(seed=0):
    """Frames of noise `(batch, timesteps, features)`, all observed, and labels."""
    generator = np.random.default_rng(seed)
    frames = {
        name: generator.normal(size=(BATCH, TIMESTEPS, size)).astype("float32")
        for name, size in DIMS.items()
    }
    return frames, generator.uniform(-3, 3, BATCH).astype("float32")


def net(inputs, outputs, last=None):
    """A perceptron of one hidden layer."""
    layers = [nn.Linear(inputs, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, outputs)]
    return nn.Sequential(*layers, *([last] if last else []))


class Loop(nn.Module):
    """One `LSTMCell` a modality, and what a subclass fuses of them at each step."""

    fused_dim, feeds_back = FUSED, True

    def __init__(self):
        super().__init__()
        more = self.fused_dim if self.feeds_back else 0
        self.cells = nn.ModuleList(
            nn.LSTMCell(size + more, UNITS) for size in DIMS.values()
        )
        self.answer = net(STATES + self.fused_dim, 1)

    def forward(self, frames):
        states = [(x.new_zeros(BATCH, UNITS),) * 2 for x in frames]
        fused = frames[0].new_zeros(BATCH, self.fused_dim)
        for t in range(TIMESTEPS):
            before, read = states, [x[:, t] for x in frames]
            if self.feeds_back:
                read = [torch.cat([x, fused], 1) for x in read]
            each = zip(self.cells, read, before, strict=True)
            states = [cell(x, state) for cell, x, state in each]
            fused = self.fuse(states, before, fused)
        hidden = torch.cat([h for h, _ in states], 1)
        return self.answer(torch.cat([hidden, fused], 1))[:, 0]


class MemoryFusion(Loop):
    """The equations of `memory_fusion_network`."""

    fused_dim, feeds_back = MEMORY, False

    def __init__(self):
        super().__init__()
        self.attention = net(2 * STATES, 2 * STATES, nn.Softmax(1))
        self.candidate = net(2 * STATES, MEMORY, nn.Tanh())
        self.gates = nn.ModuleList(
            net(2 * STATES + MEMORY, MEMORY, nn.Sigmoid()) for _ in range(2)
        )

    def fuse(self, states, before, memory):
        both = torch.cat([c for _, c in [*before, *states]], 1)
        attended = self.attention(both) * both
        read = torch.cat([attended, memory], 1)
        retain, write = (gate(read) for gate in self.gates)
        return retain * memory + write * self.candidate(attended)


class MultiAttention(Loop):
    """The equations of `multi_attention_network`."""

    def __init__(self):
        super().__init__()
        self.attention = net(STATES, TIMES * STATES)
        self.compressions = nn.ModuleList(
            nn.Linear(TIMES * UNITS, COMPRESSED) for _ in DIMS
        )
        self.fusion = net(COMPRESSED * len(DIMS), FUSED)

    def fuse(self, states, before, fused):
        hidden = torch.cat([h for h, _ in states], 1)
        weights = self.attention(hidden).view(BATCH, TIMES, STATES).softmax(-1)
        parts = (weights * hidden[:, None]).split(UNITS, -1)
        each = zip(self.compressions, parts, strict=True)
        return self.fusion(torch.cat([layer(x.flatten(1)) for layer, x in each], 1))


class MultistageFusion(Loop):
    """The equations of `multistage_fusion_network`."""

    def __init__(self):
        super().__init__()
        self.highlight = nn.LSTMCell(STATES, HIDDEN)
        self.attention = nn.Linear(HIDDEN, STATES)
        self.fusing = nn.LSTMCell(STATES, HIDDEN)
        self.summarize = net(TIMES * HIDDEN, FUSED)

    def fuse(self, states, before, fused):
        hidden = torch.cat([h for h, _ in states], 1)
        highlighting = fusing = (hidden.new_zeros(BATCH, HIDDEN),) * 2
        stages = []
        for _ in range(TIMES):
            highlighting = self.highlight(hidden, highlighting)
            weights = self.attention(highlighting[0]).softmax(-1)
            fusing = self.fusing(weights * hidden, fusing)
            stages.append(fusing[0])
        return self.summarize(torch.cat(stages, 1))


LOOPS = {
    "memory_fusion_network": MemoryFusion,
    "multi_attention_network": MultiAttention,
    "multistage_fusion_network": MultistageFusion,
}


def keras_step(name):
    """A function that takes one training step of a model of the zoo."""
    model = mmzoo.create_model(name, DIMS, dropout=0.0)
    model.compile("adam")
    frames, labels = make_batch()
    return lambda: model.train_on_batch(frames, labels)


def torch_step(name):
    """A function that takes one training step of the same equations in PyTorch."""
    model = LOOPS[name]()
    optimizer = torch.optim.Adam(model.parameters())
    frames, labels = make_batch()
    frames = [torch.from_numpy(each) for each in frames.values()]
    labels = torch.from_numpy(labels)

    def step():
        optimizer.zero_grad()
        loss = (model(frames) - labels).abs().mean()
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def measured(subjects, steps, repeats):
    """Wall and CPU seconds a step of each function, medians of blocks by turns."""
    for step in subjects:
        step()  # compiles
        step()
    blocks = [[] for _ in subjects]
    for _ in range(repeats):
        for step, block in zip(subjects, blocks, strict=True):
            before = time.perf_counter(), time.process_time()
            for _ in range(steps):
                step()
            after = time.perf_counter(), time.process_time()
            block.append([(b - a) / steps for a, b in zip(before, after, strict=True)])
    return [[statistics.median(kind) for kind in zip(*b, strict=True)] for b in blocks]


def row(name, steps, repeats):
    """A line of the table: ratios above 1 are faster than PyTorch."""
    subjects = [keras_step(name)] + ([torch_step(name)] if name in LOOPS else [])
    (wall, cpu), *loop = measured(subjects, steps, repeats)
    line = f"{name:<28}{1e3 * wall:>9.1f}{1e3 * cpu:>9.1f}"
    for loop_wall, loop_cpu in loop:
        line += f"{1e3 * loop_wall:>12.1f}{1e3 * loop_cpu:>9.1f}"
        line += f"{loop_wall / wall:>8.2f}{loop_cpu / cpu:>7.2f}"
    return line


def main():
    """Measure and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--models", nargs="+", default=list(LOOPS), choices=mmzoo.list_models())
    add("--steps", type=int, default=5, help="training steps in a block (5)")
    add("--repeats", type=int, default=7, help="blocks; the median counts (7)")
    arguments = parser.parse_args()
    cores, load = len(os.sched_getaffinity(0)), os.getloadavg()[0]
    print(
        f"{keras.backend.backend()}, {BATCH} x {TIMESTEPS} steps,"
        f" {cores} CPU cores, load at the start {load:.1f}"
    )
    print(
        f"{'':<28}{'mmzoo':>9}{'CPU':>9}{'PyTorch':>12}{'CPU':>9}{'ratio':>8}{'CPU':>7}"
    )
    for name in arguments.models:
        print(row(name, arguments.steps, arguments.repeats), flush=True)


if __name__ == "__main__":
    main()
