"""`python -m pinxit` is the same as `pinxit`."""

import sys

from pinxit.cli.commands import main

if __name__ == "__main__":  # training in several processes imports this module again in each
    sys.exit(main())
