"""What the joint conference decides."""

from gateway.schemas.fields import Day, Strict, Text, code


class Meeting(Strict):
    """A joint conference 联席会议."""

    held_on = Day(required=True)
    title = Text(required=True)


class Adoption(Strict):
    """The conference's resolution on one item."""

    lead = code(required=True)
    due_on = Day(required=True)
    text = Text(required=True)


class Declination(Strict):
    """The conference ends an item; the reason is published."""

    reason = Text(required=True)


class Certification(Strict):
    """A resolution that names an action for a department in a grid."""

    grid = code(required=True)
    category = code(required=True)
    text = Text(required=True)
