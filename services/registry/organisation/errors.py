"""Why reference data is not taken: one class a cause. Pure."""


class ReferenceDataError(ValueError):
    """The root: a data file says something that cannot be. Its reader is who maintains the files."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(f"{code} {reason}")
        self.code = code


class MisplacedError(ReferenceDataError):
    """A place does not fit into the tree."""


class UnclassifiableError(ReferenceDataError):
    """A category lacks what a category needs, or names something that does not exist."""


class UnfitDepartmentError(ReferenceDataError):
    """A department has a code or a name that cannot be, or a code that another has."""
