"""How a run comes to rest: a pure function of the pictures seen, for both frameworks."""

from pinxit.settings import FeatureGameSettings


def liveliness(settings: FeatureGameSettings, seen: int) -> float:
    """Share of the step sizes after `seen` pictures: 1, and in the end down to 0 in a straight line."""
    settling = settings.settle * settings.seen
    return min(1.0, max(settings.seen - seen, 0) / settling) if settling else 1.0
