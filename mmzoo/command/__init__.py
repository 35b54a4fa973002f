"""The command `mmzoo`, one file a command, and what starts the recipes.

Whatever must answer before Keras is imported (help, a typo, a folder that cannot be
written) stands in `arguments`, `chosen`, `entry` and `writable`, which import nothing
heavy.
"""

from mmzoo.command.chosen import chosen as chosen
from mmzoo.command.entry import run as run
from mmzoo.command.writable import output_file as output_file
from mmzoo.command.writable import output_folder as output_folder
