"""Why a year is not loaded: one class a cause. Pure."""

from services.registry.organisation.errors import ReferenceDataError


class UnpublishedYearError(ReferenceDataError):
    """Nobody has published this year yet, or the package does not have it."""


class UnreadableYearError(ReferenceDataError):
    """A file does not say how one year is worked."""
