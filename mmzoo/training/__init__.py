"""Training: phases that resume, and experiments made of them."""

from mmzoo.training.control import Control as Control
from mmzoo.training.data_remarks import data_remarks as data_remarks
from mmzoo.training.ensemble import ensemble_row as ensemble_row
from mmzoo.training.experiment import Experiment as Experiment
from mmzoo.training.front_ends import FrontEnds as FrontEnds
from mmzoo.training.generated_labels import GeneratedLabels as GeneratedLabels
from mmzoo.training.label_share import with_label_share as with_label_share
from mmzoo.training.plan import plan as plan
from mmzoo.training.planned_row import PlannedRow as PlannedRow
from mmzoo.training.pretraining import Pretraining as Pretraining
from mmzoo.training.regime import Regime as Regime
from mmzoo.training.regime import regime_for as regime_for
from mmzoo.training.resumable_fit import ResumableFit as ResumableFit
from mmzoo.training.to_the_letter import has_letter as has_letter
from mmzoo.training.to_the_letter import to_the_letter as to_the_letter
from mmzoo.training.training_options import TrainingOptions as TrainingOptions
from mmzoo.training.training_run import TrainingRun as TrainingRun
from mmzoo.training.variant import Variant as Variant
from mmzoo.training.zoo_rows import zoo_rows as zoo_rows
