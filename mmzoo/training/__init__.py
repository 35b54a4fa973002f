"""Training: phases that resume, and experiments made of them."""

from mmzoo.training.audio_text_options import AudioTextOptions as AudioTextOptions
from mmzoo.training.experiment import Experiment as Experiment
from mmzoo.training.fusion_row import FusionRow as FusionRow
from mmzoo.training.fusion_row import FusionVariant as FusionVariant
from mmzoo.training.image_text_options import ImageTextOptions as ImageTextOptions
from mmzoo.training.options import Options as Options
from mmzoo.training.phases import train_variant as train_variant
from mmzoo.training.resumable_fit import ResumableFit as ResumableFit
from mmzoo.training.variant_row import VariantRow as VariantRow
