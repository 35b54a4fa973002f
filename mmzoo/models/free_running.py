"""Translate with a trained model, from the source alone."""

import numpy as np
from keras import ops

from mmzoo.ops.masking import extents, zero_masked


class FreeRunning:
    """What translates from the source alone, as `Seq2SeqTranslator` does.

    It asks for a `chain` of sets of modalities, a `modality_concat` that joins and
    standardises each, and the name of the decoders' `attention`.
    """

    # Those of the targets, lowest level first; none where frames are regressed.
    codebooks = ()

    @property
    def source(self):
        """The modalities that are encoded."""
        return list(self.chain[0])

    @property
    def joined_steps(self):
        """The modalities of each set; aligned attention compares steps of all."""
        if self.attention == "aligned":
            return [sorted({name for group in self.chain for name in group})]
        return [list(group) for group in self.chain]

    @property
    def normalizations(self):
        """The layer that standardises each modality."""
        return self.modality_concat.normalizations

    def source_frames(self, inputs, training=None):
        """The frames that the lowest level encodes, standardised.

        Args:
            inputs: dict, a batch with the source modalities.
            training: bool. For a front end that learns.

        Returns:
            Frames `(batch, timesteps, features)` and their mask.
        """
        return self.modality_concat(
            self.featurize(inputs, training), modalities=self.source
        )

    def target_frames(self, inputs, level=-1):
        """The frames of a level's target, standardised.

        Args:
            inputs: dict of tensors with that target's modalities.
            level: int. Defaults to `-1`, the top.

        Returns:
            Frames `(batch, timesteps, features)` and their mask.
        """
        return self.modality_concat(inputs, modalities=self.chain[1:][level])

    def goal(self, inputs, level=-1):
        """What a level is to predict: standardised frames, or their codes.

        Args:
            inputs: dict, a batch that holds the target.
            level: int. Defaults to `-1`, the top.

        Returns:
            Frames `(batch, timesteps, features)` or codes `(batch, timesteps + 1)`,
            the last of a row being the end, and their mask.
        """
        frames, mask = self.target_frames(inputs, level)
        if not self.codebooks:
            return frames, mask
        length = extents(mask)[:, None]
        # (batch, timesteps + 1)
        positions = ops.arange(ops.shape(mask)[1] + 1, dtype="int32")[None, :]
        codes = ops.pad(self.codebooks[level](frames), [[0, 0], [0, 1]])
        codes = ops.where(positions < length, codes, self.num_codes)
        # A row with nothing observed has no end to learn either.
        end = ops.logical_and(positions == length, length > 0)
        mask = ops.logical_or(ops.pad(mask, [[0, 0], [0, 1]]), end)
        return codes, mask

    @property
    def latent(self):
        """The layer of the latent vector; `None` in a translator without one."""
        return None

    def translating_part(self):
        """What makes the translations that are measured and drawn.

        Returns:
            The model itself.
        """
        return self

    def translate(
        self,
        batch,
        beam_width=None,
        max_length=None,
        length_penalty=1.0,
        return_attention=False,
        temperature=None,
        seed=0,
    ):
        """Translate freely, from the source alone, compiled.

        Args:
            batch: dict of arrays with the source modalities and their masks.
            beam_width: optional int. Beams of the search over codes; needs `num_codes`.
                Defaults to 4 there.
            max_length: optional int. Steps to translate. Defaults to those of the
                source.
            length_penalty: float. See `mmzoo.ops.decoding.beam_search`.
            return_attention: bool. Whether the attention is returned too (frames only).
            temperature: optional float. Draws each code from the softmax of its logits
                over this, in place of the search; needs `num_codes`. Defaults to
                `None`: search.
            seed: int. Of these draws. Defaults to `0`.

        Returns:
            Dict of arrays: each target modality `(batch, steps, features)` in the units
            of its files; `"attention"` `(batch, steps, source_steps)` on request; with
            codes `"tokens"` `(batch, beams, steps)`, `"scores"` and `"lengths"`
            `(batch, beams)`, best first, the frames being those of the best.
        """
        self._refuse_decoding(beam_width, temperature)
        inputs = self._source_of(batch)
        if not self.codebooks:
            translation = self.as_model(self.translate_frames, max_length).predict(
                inputs, verbose=0
            )
            result = self.modality_concat.split(translation["frames"], self.chain[-1])
            if return_attention and "attention" in translation:
                result["attention"] = translation["attention"]
        else:
            # A beam has a fixed length: TensorFlow compiles for any from the second on.
            max_length = max_length or inputs[self.source[0]].shape[1] + 1
            if temperature is None:
                tokens, scores, lengths = self.as_model(
                    self.translate_codes, beam_width or 4, max_length, length_penalty
                ).predict(inputs, verbose=0)
            else:
                tokens, scores, lengths = self.sample_codes(
                    inputs, max_length, temperature, seed
                )
            frames = self.codebooks[-1].lookup(tokens[:, 0])
            result = self.modality_concat.split(frames, self.chain[-1])
            result |= {"tokens": tokens, "scores": scores, "lengths": lengths}
        return {key: ops.convert_to_numpy(value) for key, value in result.items()}

    def _refuse_decoding(self, beam_width, temperature):
        """Refuse what decodes tokens where there are none, and two ways at once."""
        given = {"beam_width": beam_width, "temperature": temperature}
        given = [f"`{name}={each}`" for name, each in given.items() if each is not None]
        if given and not self.codebooks:
            raise ValueError(
                f"{' and '.join(given)} searches over codes, but this model "
                "regresses frames: build it with `num_codes`, or leave it out."
            )
        if len(given) > 1:
            raise ValueError(
                f"{given[0]} searches and {given[1]} draws: give one of them."
            )

    def _source_of(self, batch):
        """What a batch holds of the source, its raw input included."""
        names = {*self.source, *self.reads_to_answer}
        names |= {end.raw for end in self.front_ends.values()}
        keys = [key for name in sorted(names) for key in (name, f"{name}_mask")]
        return {key: batch[key] for key in keys if key in batch}

    def translate_frames(self, inputs, max_length=None):
        """Free-running translation in standardised frames.

        Args:
            inputs: dict of tensors with the source modalities.
            max_length: optional int. Defaults to the steps of the source.

        Returns:
            Dict with `"frames"` `(batch, steps, features)`, and `"attention"` where the
            decoder has one.
        """
        frames, mask = self.source_frames(inputs)
        states, embedding = self.stack.encode(frames, mask, training=False)
        decoder = self.stack.translators[-1].decoder
        outputs, attention = decoder.greedy(states, embedding, mask, max_length)
        if max_length is None:
            outputs = zero_masked(outputs, mask)
        translation = {"frames": outputs, "attention": attention}
        # `predict` cannot return a None.
        return {key: value for key, value in translation.items() if value is not None}

    def translate_standardised(self, batch, num_steps, beam_width=4):
        """Free-running translation of arrays in standard deviations, for measuring.

        Args:
            batch: dict of arrays with the source modalities and their masks.
            num_steps: int. Frames to predict.
            beam_width: int. For codes. Defaults to `4`.

        Returns:
            Frames `(batch, num_steps, features)` and the attention or `None`; with
            codes, the frames of the best beam, zeros after its end.
        """
        if not self.codebooks:
            model = self.as_model(self.translate_frames, num_steps)
            translation = model.predict(batch, verbose=0)
            return translation["frames"], translation.get("attention")
        model = self.as_model(self.translate_codes, beam_width, num_steps + 1)
        tokens, _, lengths = model.predict(batch, verbose=0)
        return self.frames_of(tokens[:, 0], lengths[:, 0]), None

    def frames_of(self, tokens, lengths):
        """The frames that codes of the top level stand for.

        Args:
            tokens: int array `(batch, steps + 1)`.
            lengths: int array `(batch,)`: tokens of each, its end included.

        Returns:
            Standardised frames `(batch, steps, features)`, zeros from the end on.
        """
        frames = ops.convert_to_numpy(self.codebooks[-1].lookup(tokens[:, :-1]))
        # The end is a token, not a frame.
        ended = np.arange(frames.shape[1]) >= lengths[:, None] - 1
        return np.where(ended[..., None], 0.0, frames)

    def translate_codes(
        self, inputs, beam_width=4, max_length=None, length_penalty=1.0
    ):
        """Beam search over codes.

        Args:
            inputs: dict of tensors with the source modalities.
            beam_width: int. Defaults to `4`.
            max_length: optional int. Defaults to one more than the steps of the source.
            length_penalty: float. Defaults to `1.0`.

        Returns:
            As `SequenceDecoder.beam_search`.
        """
        frames, mask = self.source_frames(inputs)
        states, embedding = self.stack.encode(frames, mask, training=False)
        return self.stack.translators[-1].decoder.beam_search(
            states, embedding, mask, beam_width, max_length, length_penalty
        )

    def sample_codes(self, batch, max_length, temperature=1.0, seed=0, first=0):
        """Draw codes at random, compiled: the paper's third way beside the searches.

        Args:
            batch: dict of arrays with the source modalities and their masks.
            max_length: int. Codes at the most, the end among them.
            temperature: float. Divides the logits. Defaults to `1.0`.
            seed: int. Each sample has draws of its own, the same on every backend and
                in every batch. Defaults to `0`.
            first: int. Number of the batch's first sample. Defaults to `0`.

        Returns:
            Arrays as `SequenceDecoder.sample` returns them.
        """
        inputs = self._source_of(batch)
        numbers = range(first, first + len(inputs[self.source[0]]))
        shape = (max_length, self.num_codes + 1)
        noise = [np.random.default_rng((seed, n)).gumbel(size=shape) for n in numbers]
        noise = np.stack(noise).astype("float32")
        model = self.as_model(self.translate_drawn, temperature)
        return model.predict({**inputs, "noise": noise}, verbose=0)

    def translate_drawn(self, inputs, temperature=1.0):
        """Codes drawn with the noise of a batch.

        Args:
            inputs: dict of tensors with the source modalities, and `"noise"` `(batch,
                max_length, num_codes + 1)`, Gumbel draws.
            temperature: float. Defaults to `1.0`.

        Returns:
            As `SequenceDecoder.sample`.
        """
        frames, mask = self.source_frames(inputs)
        states, embedding = self.stack.encode(frames, mask, training=False)
        return self.stack.translators[-1].decoder.sample(
            states, embedding, inputs["noise"], mask, temperature
        )
