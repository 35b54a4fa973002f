"""Stateless maths on keras.ops."""

from mmzoo.ops.acoustic_functionals import acoustic_functionals as acoustic_functionals
from mmzoo.ops.batch_losses import (
    central_moment_discrepancy as central_moment_discrepancy,
)
from mmzoo.ops.batch_losses import mmd_to_normal as mmd_to_normal
from mmzoo.ops.batch_losses import orthogonality as orthogonality
from mmzoo.ops.bounded_length import bounded_length as bounded_length
from mmzoo.ops.contrastive_losses import contrastive_loss as contrastive_loss
from mmzoo.ops.contrastive_losses import info_nce as info_nce
from mmzoo.ops.decoding import beam_search as beam_search
from mmzoo.ops.decoding import greedy_decode as greedy_decode
from mmzoo.ops.decoding import repeat_for_beams as repeat_for_beams
from mmzoo.ops.decoding import sample_decode as sample_decode
from mmzoo.ops.deltas import with_deltas as with_deltas
from mmzoo.ops.directions import directions as directions
from mmzoo.ops.divergence import gaussian_log_density as gaussian_log_density
from mmzoo.ops.divergence import (
    standard_normal_divergence as standard_normal_divergence,
)
from mmzoo.ops.hidden_labels import (
    hidden_label_log_likelihoods as hidden_label_log_likelihoods,
)
from mmzoo.ops.losses import masked_absolute_error as masked_absolute_error
from mmzoo.ops.losses import masked_cross_entropy as masked_cross_entropy
from mmzoo.ops.losses import masked_divergence as masked_divergence
from mmzoo.ops.losses import masked_mistakes as masked_mistakes
from mmzoo.ops.losses import masked_squared_error as masked_squared_error
from mmzoo.ops.masking import extents as extents
from mmzoo.ops.masking import last_observed as last_observed
from mmzoo.ops.masking import masked_mean as masked_mean
from mmzoo.ops.masking import masked_softmax as masked_softmax
from mmzoo.ops.masking import observed_in_any as observed_in_any
from mmzoo.ops.masking import reverse_extents as reverse_extents
from mmzoo.ops.masking import zero_masked as zero_masked
from mmzoo.ops.policy_gradient import policy_gradient as policy_gradient
from mmzoo.ops.precision import wide_dtype as wide_dtype
from mmzoo.ops.precision import widened as widened
from mmzoo.ops.scan_steps import scan_steps as scan_steps
from mmzoo.ops.scan_steps import step_before as step_before
from mmzoo.ops.unimodal_labels import relative_distance as relative_distance
from mmzoo.ops.unimodal_labels import unimodal_labels as unimodal_labels
