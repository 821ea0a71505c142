"""What is shown of a person to whoever has no reason to know more. Pure."""

_ID_HEAD, _ID_TAIL = 6, 4
_PHONE_HEAD, _PHONE_TAIL = 3, 4


def name(text: str) -> str:
    """`张三` -> `张*`: the length of a name is not shown either."""
    return f"{text[:1]}*"


def id_number(text: str | None) -> str | None:
    """`140303199001011234` -> `140303********1234`."""
    return None if text is None else f"{text[:_ID_HEAD]}********{text[-_ID_TAIL:]}"


def phone(text: str | None) -> str | None:
    """`13800000001` -> `138****0001`."""
    return None if text is None else f"{text[:_PHONE_HEAD]}****{text[-_PHONE_TAIL:]}"


def address(text: str | None) -> str | None:
    """Only that there is one."""
    return None if text is None else "****"
