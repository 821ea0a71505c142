"""What can go wrong for the person at the terminal."""


class Unready(Exception):  # noqa: N818 - a state of the machine, told to a person
    """Something on this machine is missing or in the way; the text says what to do about it."""
