"""`python -m mmzoo` is the command `mmzoo`."""

import sys

from mmzoo.command.entry import main

if __name__ == "__main__":
    sys.exit(main())
