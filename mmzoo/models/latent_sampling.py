"""Decode latent vectors: drawn from the prior or a posterior, or on the way between."""

import numpy as np
from keras import ops


class LatentSampling:
    """The half of `VariationalTranslator` that starts from latent vectors.

    What is decoded is the expected frame of each step, given the vector and the frames
    decoded before: samples differ by what their vectors differ in. The variance of a
    frame around its expectation, fixed in the loss, is not drawn. Nor does the model
    know how long a sequence is, unless it is one of codes, which have an end.
    """

    def sample(self, num_samples, num_steps, seed=0):
        """Decode vectors drawn from the prior N(0, I).

        Args:
            num_samples: int.
            num_steps: int. Frames to decode.
            seed: int. Of the draws. Defaults to `0`.

        Returns:
            As `decode`, with `batch = num_samples`.
        """
        shape = (num_samples, self.latent.latent_dim)
        vectors = np.random.default_rng(seed).standard_normal(shape)
        return self.decode(vectors, num_steps)

    def sample_posterior(self, batch, num_samples, num_steps=None, seed=0):
        """Decode vectors drawn from the posterior of each sample of a batch.

        Args:
            batch: dict of arrays with the source modalities and their masks.
            num_samples: int. Vectors a sample.
            num_steps: optional int. Frames to decode. Defaults to the steps of the
                source.
            seed: int. Of the draws. Defaults to `0`.

        Returns:
            As `decode`, with `batch` the samples of the batch, each of them
            `num_samples` times in a row.
        """
        mean, log_variance = self._posterior_of(batch)
        rows = np.repeat(np.arange(len(mean)), num_samples)
        noise = np.random.default_rng(seed).standard_normal(mean[rows].shape)
        vectors = mean[rows] + np.exp(0.5 * log_variance[rows]) * noise
        return self.decode(vectors, num_steps or batch[self.source[0]].shape[1])

    def interpolate(self, batch, num_points, num_steps):
        """Decode the line between the posterior means of a batch's first two samples.

        Args:
            batch: dict of arrays with the source modalities and their masks.
            num_points: int. Vectors on the line, its ends among them.
            num_steps: int. Frames to decode.

        Returns:
            As `decode`, with `batch = num_points`.
        """
        mean, _ = self._posterior_of(batch)
        if len(mean) < 2:
            raise ValueError(
                f"`batch` has {len(mean)} sample: a line goes from one to another."
            )
        return self.decode(np.linspace(mean[0], mean[1], num_points), num_steps)

    def _posterior_of(self, batch):
        inputs = self._source_of(batch)
        found = self.as_model(self.posterior).predict(inputs, verbose=0)
        return found["mean"], found["log_variance"]

    def posterior(self, inputs):
        """What the source says of the latent vector.

        Args:
            inputs: dict of tensors with the source modalities.

        Returns:
            Dict with `"mean"` and `"log_variance"`, each `(batch, latent_dim)`.
        """
        frames, mask = self.source_frames(inputs)
        (translator,) = self.stack.translators
        _, (_, mean, log_variance) = translator.posterior(frames, mask, training=False)
        return {"mean": mean, "log_variance": log_variance}

    def decode(self, vectors, num_steps):
        """Decode latent vectors, compiled; each frame is fed to the next.

        Args:
            vectors: float array `(batch, latent_dim)`.
            num_steps: int. Frames to decode.

        Returns:
            Dict of arrays: each target modality `(batch, num_steps, features)` in the
            units of its files; with codes also `"lengths"` `(batch,)`, the frames
            before the end, behind which frames are those of the mean.
        """
        vectors = np.asarray(vectors, "float32")
        if vectors.ndim != 2 or vectors.shape[1] != self.latent.latent_dim:
            raise ValueError(
                f"`vectors` has shape {vectors.shape}; this model decodes (batch, "
                f"{self.latent.latent_dim})."
            )
        model = self.as_model(self.decode_vectors, num_steps)
        found = model.predict({"vectors": vectors}, verbose=0)
        further = {}
        if self.codebooks:
            found["frames"] = self.frames_of(found["tokens"], found["lengths"])
            # Without the end, which is a token and not a frame.
            further["lengths"] = np.minimum(found["lengths"] - 1, num_steps)
        result = self.modality_concat.split(found["frames"], self.chain[-1])
        result = {name: ops.convert_to_numpy(each) for name, each in result.items()}
        return {**result, **further}

    def decode_vectors(self, inputs, num_steps):
        """Free-running decoding of latent vectors in standardised frames, or codes.

        Args:
            inputs: dict of tensors, `"vectors"` `(batch, latent_dim)`.
            num_steps: int. Frames to decode.

        Returns:
            Dict with `"frames"` `(batch, num_steps, features)`; with codes the
            best `"tokens"` `(batch, num_steps + 1)` and their `"lengths"` `(batch,)`.
        """
        (translator,) = self.stack.translators
        # Without attention, the decoder reads nothing of the states but their number.
        vectors = inputs["vectors"]
        states = vectors[:, None]
        if not self.codebooks:
            frames, _ = translator.decoder.greedy(states, vectors, None, num_steps)
            return {"frames": frames}
        mask = ops.ones_like(vectors[:, :1], dtype="bool")
        tokens, _, lengths = translator.decoder.beam_search(
            states, vectors, mask, max_length=num_steps + 1
        )
        return {"tokens": tokens[:, 0], "lengths": lengths[:, 0]}
