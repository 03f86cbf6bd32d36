"""What training prints, and what it does where printing is not possible."""

import sys
from pathlib import Path

import pytest

from pinxit.cli.watching import TerminalWatch

FULL = Path("/dev/full")


@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
def test_a_log_on_a_full_disk_is_no_reason_to_end(monkeypatch):
    full = FULL.open("w")
    monkeypatch.setattr(sys, "stdout", full)
    watch = TerminalWatch(target_seen=100)
    watch.say("The disk is full.")
    watch.report({"seen": 10, "speed": 1.0, "left": 5.0, "seconds": 1.0})
    monkeypatch.undo()
    with pytest.raises(OSError, match="No space left"):
        full.close()
