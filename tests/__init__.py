"""The tests; whatever they start keeps its bytecode."""

import os
import sys

sys.dont_write_bytecode = False  # each world loads the cogs anew, and would compile them anew
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # and so would each process that a test starts
