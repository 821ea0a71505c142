"""Who lives in a demo cell: invented people in the estate's households, the same in every cell. Pure.

Nobody bears their identity numbers (no region has the code 99) or has their phones (none begins with 120).
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple
from uuid import NAMESPACE_URL, UUID, uuid5

from contracts.commands.people import Relation, UnitUse
from services.registry.organisation.place import Place
from services.registry.people.id_number import DEMO_PREFIX, check_digit
from services.registry.people.person import Person, Residence, Resident
from services.registry.property.unit import Ownership, Unit, organisation_id_of, unit_id_of

LANDLORD = "四矿房产管理处(虚构)"
# A test cell has the people of two buildings, in two grids.
FEW = ("c02-g01-s01-", "c02-g02-s11-")

_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
_GIVEN = (
    "建国",
    "秀英",
    "桂兰",
    "志强",
    "玉梅",
    "海燕",
    "晓明",
    "丽华",
    "文斌",
    "春生",
    "小红",
    "永福",
    "雪",
)
_BORN = {Relation.HEAD: 1962, Relation.SPOUSE: 1964, Relation.PARENT: 1936, Relation.CHILD: 2004}
# Of so many households, who lives in how many.
_OTHERS = ((Relation.SPOUSE, 4, 3), (Relation.CHILD, 3, 1), (Relation.PARENT, 7, 1))


class Home(NamedTuple):
    """A household with its people, the flat that it is, and whose that is."""

    residents: list[Resident]
    unit: Unit
    ownerships: list[Ownership]


def person_id_of(household: str, relation: Relation) -> UUID:
    """Return the id of a demo person: the same in every demo cell."""
    return uuid5(NAMESPACE_URL, f"urn:qiaotou:demo:{household}:{relation}")


def homes(households: Iterable[Place]) -> Iterator[Home]:
    """Give every household of a demo cell with its people."""
    before: UUID | None = None
    number = 0
    for order, place in enumerate(households):
        residents = list(_residents(place, order, first=number))
        number += len(residents)
        yield Home(residents, _unit(place, order), list(_ownerships(place, order, residents, before)))
        before = residents[0].person.person_id


def _residents(place: Place, order: int, *, first: int) -> Iterator[Resident]:
    relations = [Relation.HEAD, *(relation for relation, of, having in _OTHERS if order % of < having)]
    for number, relation in enumerate(relations, start=first):
        person = _person(place, relation, number)
        residence = Residence(
            person_id=person.person_id,
            household=place.code,
            relation=relation,
            valid_from=place.valid_from,
        )
        yield Resident(person=person, residence=residence)


def _person(place: Place, relation: Relation, number: int) -> Person:
    # Numbers that end alike differ in their thousands, and so in the day: no identity number comes twice.
    birthday = date(_BORN[relation], 1, 1) + timedelta(days=number // 1000 + 10 * (number * 7 % 35))
    first = f"{DEMO_PREFIX}0303{birthday:%Y%m%d}{number % 1000:03d}"
    return Person(
        person_id=person_id_of(place.code, relation),
        name=_SURNAMES[number % len(_SURNAMES)] + _GIVEN[number % len(_GIVEN)],
        birthday=birthday,
        id_number=first + check_digit(first),
        phone=phone_of(number),
        address=place.name_zh,
    )


def phone_of(number: int) -> str:
    """Return the phone of a demo person, who are counted from 0."""
    return f"120{number:08d}"


def _unit(place: Place, order: int) -> Unit:
    return Unit(
        unit_id=unit_id_of(place.code),
        code=place.code,
        place=place.code,
        use=UnitUse.DWELLING,
        area_hundredths_m2=4_800 + order * 137 % 7_000,
        valid_from=place.valid_from,
    )


def _ownerships(
    place: Place, order: int, residents: Sequence[Resident], neighbour: UUID | None
) -> Iterator[Ownership]:
    """Give who owns a flat: its head, alone or with the spouse; a neighbour; or an organisation."""
    unit_id, since = unit_id_of(place.code), place.valid_from
    if order % 50 == 49:  # noqa: PLR2004 - one flat of fifty
        yield Ownership(unit_id=unit_id, organisation_id=organisation_id_of(LANDLORD), valid_from=since)
    elif order % 61 == 60 and neighbour is not None:  # noqa: PLR2004 - one of sixty-one
        yield Ownership(unit_id=unit_id, person_id=neighbour, valid_from=since)
    else:
        couple = [each for each in residents if each.residence and each.residence.relation is Relation.SPOUSE]
        for each in (residents[0], *couple[: order % 2]):
            yield Ownership(unit_id=unit_id, person_id=each.person.person_id, valid_from=since)
