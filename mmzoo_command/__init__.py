"""What starts the command and the recipes: it imports nothing heavy.

`import mmzoo` imports Keras with its backend, which takes seconds. Whatever must
answer before that (help, a typo, a folder that cannot be written) stands here.
"""

from mmzoo_command.entry import run as run
from mmzoo_command.writable import output_file as output_file
from mmzoo_command.writable import output_folder as output_folder

__version__ = "0.1.0"
