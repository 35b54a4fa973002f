"""The command `mmzoo`, one file a command, and what starts the recipes.

Whatever must answer before Keras is imported (help, a typo, a folder that cannot be
written) stands in `arguments`, `entry`, `flags`, `recipe_arguments`, `train_arguments`
and `writable`, which import nothing heavy.
"""

from mmzoo.command.entry import run as run
from mmzoo.command.recipe_arguments import FRAME_DATA as FRAME_DATA
from mmzoo.command.recipe_arguments import recipe_parser as recipe_parser
from mmzoo.command.writable import output_file as output_file
from mmzoo.command.writable import output_folder as output_folder
