"""The layers' maths once more, in plain numpy and loops."""

import numpy as np


def sigmoid(x):
    """The logistic function."""
    return 1.0 / (1.0 + np.exp(-x))


def softmax(scores):
    """Softmax of one row of scores."""
    weights = np.exp(scores - scores.max())
    return weights / weights.sum()


def lstm(frames, kernel, recurrent, bias):
    """The states (T, U) of one sequence (T, D); gates in the order i, f, g, o."""
    units = len(recurrent)
    hidden, memory, states = np.zeros(units), np.zeros(units), []
    for frame in frames:
        gates = frame @ kernel + hidden @ recurrent + bias
        i, f, g, o = np.split(gates, 4)
        memory = sigmoid(f) * memory + sigmoid(i) * np.tanh(g)
        hidden = sigmoid(o) * np.tanh(memory)
        states.append(hidden)
    return np.stack(states)


def gru(frames, kernel, recurrent, bias, initial=None):
    """The states (T, U) of one sequence (T, D); gates z, r, h; reset after."""
    hidden = np.zeros(len(recurrent)) if initial is None else initial
    states = []
    for frame in frames:
        x_z, x_r, x_h = np.split(frame @ kernel + bias[0], 3)
        h_z, h_r, h_h = np.split(hidden @ recurrent + bias[1], 3)
        z, r = sigmoid(x_z + h_z), sigmoid(x_r + h_r)
        hidden = z * hidden + (1.0 - z) * np.tanh(x_h + r * h_h)
        states.append(hidden)
    return np.stack(states)


RECURRENCES = {"lstm": lstm, "gru": gru}


def encoder(frames, layers, cell):
    """Stacked layers over one sequence; a layer is its directions' weights."""
    states = frames
    for directions in layers:
        outputs = [RECURRENCES[cell](states, *directions[0])]
        if len(directions) == 2:
            outputs.append(RECURRENCES[cell](states[::-1], *directions[1])[::-1])
        last = [outputs[0][-1], *(backward[0] for backward in outputs[1:])]
        states = np.concatenate(outputs, axis=-1)
    return states, np.concatenate(last)


def attention_pooling(states, score, scale=1.0):
    """Eq. 3-4: alpha = softmax(W h), the sum of alpha h."""
    weights = softmax(scale * np.array([state @ score for state in states]))
    return sum(w * state for w, state in zip(weights, states, strict=True)), weights


def luong_attention(query, memory, key, window=None, bias=None):
    """Context and weights of one sample; around the same step with a `window`."""
    contexts, rows = [], []
    for t, state in enumerate(query):
        near = [s for s in range(len(memory)) if window is None or abs(s - t) <= window]
        scores = [state @ (memory[s] @ key) for s in near]
        if window is not None:
            scores = [
                each + bias[s - t + window]
                for each, s in zip(scores, near, strict=True)
            ]
        row = np.zeros(len(memory))
        if near:
            row[near] = softmax(np.array(scores))
        rows.append(row)
        contexts.append(row @ memory)
    return np.stack(contexts), np.stack(rows)


def standardised(frames, training, clip):
    """Frames in deviations of the training frames; a constant column is zero."""
    outputs = np.zeros_like(frames)
    for column in range(frames.shape[-1]):
        deviation = training[:, column].std()
        if deviation > 1e-6:
            centred = frames[..., column] - training[:, column].mean()
            outputs[..., column] = np.clip(centred / deviation, -clip, clip)
    return outputs


def perceptron(x, weights, name):
    """One hidden layer with ReLU and a linear one, from weights by their paths."""
    hidden = x @ weights[f"{name}/hidden/kernel"] + weights[f"{name}/hidden/bias"]
    return (
        np.maximum(hidden, 0) @ weights[f"{name}/last/kernel"]
        + (weights[f"{name}/last/bias"])
    )


def gated_memory(steps, mask, weights):
    """The memory (T, M) of one sequence (T, D), from weights by their paths."""

    def net(name, x):
        return x @ weights[f"{name}/kernel"] + weights[f"{name}/bias"]

    memory, memories = np.zeros(len(weights["write/bias"])), []
    for now, observed in zip(steps, mask, strict=True):
        hidden = np.maximum(net("candidate_hidden", now), 0)
        candidate = np.tanh(net("candidate", hidden))
        gates = net("gates_hidden", now)
        if "gates_memory/kernel" in weights:
            gates = gates + memory @ weights["gates_memory/kernel"]
        first, second = np.split(np.maximum(gates, 0), 2)
        retain, write = sigmoid(net("retain", first)), sigmoid(net("write", second))
        if observed:
            memory = retain * memory + write * candidate
        memories.append(memory)
    return np.stack(memories)


def normalized(values, weights, name):
    """Batch normalisation with its memory, of what ends in the channels."""
    mean, variance, gamma, beta = (
        weights[f"{name}/{each}"]
        for each in ("moving_mean", "moving_variance", "gamma", "beta")
    )
    return (values - mean) / np.sqrt(variance + 1e-3) * gamma + beta


def time_delay(frames, weights, name, dilation=1):
    """A time delay layer (T, K) over frames (T, D), step by step."""
    kernel = weights[f"{name}convolution/kernel"]
    reach = (len(kernel) - 1) // 2
    made = []
    for step in range(len(frames)):
        total = weights[f"{name}convolution/bias"].copy()
        for tap in range(len(kernel)):
            place = step + (tap - reach) * dilation
            if 0 <= place < len(frames):
                total += frames[place] @ kernel[tap]
        made.append(np.maximum(total, 0))
    return normalized(np.stack(made), weights, f"{name}normalization")


def res2_block(frames, weights, name, dilation, scale):
    """SE-Res2Block over frames (T, D)."""
    hidden = time_delay(frames, weights, f"{name}before/")
    parts = np.split(hidden, scale, axis=1)
    for index in range(1, scale):
        earlier = parts[index - 1] if index > 1 else 0
        given = parts[index] + earlier
        parts[index] = time_delay(given, weights, f"{name}group_{index}/", dilation)
    hidden = np.concatenate(parts, axis=1)
    hidden = time_delay(hidden, weights, f"{name}behind/")
    squeezed = np.maximum(dense(hidden.mean(axis=0), weights, f"{name}squeeze"), 0)
    return frames + sigmoid(dense(squeezed, weights, f"{name}excitation")) * hidden


def dense(values, weights, name):
    """A dense layer without activation."""
    return values @ weights[f"{name}/kernel"] + weights.get(f"{name}/bias", 0)


def statistics(steps, weights=None):
    """Mean and deviation (2 K) of steps (T, K)."""
    weights = np.full(steps.shape, 1 / len(steps)) if weights is None else weights
    mean = np.sum(weights * steps, axis=0)
    variance = np.sum(weights * (steps - mean) ** 2, axis=0)
    return np.concatenate([mean, np.sqrt(np.maximum(variance, 1e-6))])


def convolution(image, kernel, bias, stride):
    """A convolution (T, F, C) at every cell of the stride, as loops."""
    size, before = len(kernel), max(len(kernel) - stride, 0) // 2
    wide = np.pad(image, [(before, size)] * 2 + [(0, 0)])
    times, rows = (-(-each // stride) for each in image.shape[:2])
    output = np.zeros((times, rows, kernel.shape[-1]))
    for t in range(times):
        for f in range(rows):
            top, left = t * stride, f * stride
            window = wide[top : top + size, left : left + size]
            output[t, f] = np.einsum("tfi,tfio->o", window, kernel) + bias
    return output


def maximum(image):
    """Maxpool3-2 as loops."""
    times, rows = (-(-each // 2) for each in image.shape[:2])
    output = np.zeros((times, rows, image.shape[-1]))
    for t in range(times):
        for f in range(rows):
            window = image[2 * t : 2 * t + 3, 2 * f : 2 * f + 3]
            output[t, f] = window.max(axis=(0, 1))
    return output


def residual_block(maps, weights, stride, name=""):
    """ReLU(x + F(x)) of maps (T, F, C), with two or three convolutions in F."""

    def stage(given, which, stride):
        kernel = weights[f"{name}convolution_{which}/kernel"]
        made = convolution(given, kernel, 0, stride)
        return normalized(made, weights, f"{name}normalization_{which}")

    count = sum(f"{name}convolution_{index}/kernel" in weights for index in range(3))
    hidden = maps
    for index in range(count):
        # The kernel of 3 is the first of two and the second of three.
        hidden = np.maximum(hidden, 0) if index else hidden
        hidden = stage(hidden, index, stride if index == count - 2 else 1)
    if f"{name}convolution_shortcut/kernel" in weights:
        maps = stage(maps, "shortcut", stride)
    return np.maximum(maps + hidden, 0)
