"""What keeps training from going wrong unseen: notice, say so in plain words, go back to where it was well."""

from pinxit.training.checkpoints import Moment

MOST_RETURNS = 3
"""How often a run goes back before it gives up: at an eighth of the step size, the cause lies elsewhere."""


def caution(moment: Moment) -> float:
    """The share of the learning rate a run still trusts itself to: halved each time it went back."""
    return 0.5**moment.went_back
