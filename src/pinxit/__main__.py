"""`python -m pinxit` is the same as `pinxit`."""

import sys

from pinxit.cli.commands import main

sys.exit(main())
