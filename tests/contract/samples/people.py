"""One fixed instance of everything that registry is asked about persons, and of what it answers."""

from datetime import date

from contracts.commands import people
from tests.contract.samples.common import AT, COMMAND, DAY, LATER, PERSON, UNIT, WORKER

COMMANDS = (
    people.RegisterPerson(
        command_id=COMMAND,
        person_id=PERSON,
        household="c02-g01-s01-d1-h101",
        relation=people.Relation.HEAD,
        since=DAY,
        name="王小花",
        birthday=date(1970, 1, 1),
        id_number="990303197001010012",
        phone="19900000001",
        address="四矿小区1号楼1单元101",
    ),
    people.MovePerson(
        command_id=COMMAND,
        person_id=PERSON,
        household="c02-g01-s01-d1-h102",
        relation=people.Relation.CHILD,
        on=DAY,
    ),
    people.ImportRows(command_id=COMMAND, kind=people.ImportKind.PERSONS, content=b"a,b\n1,2\n"),
)

_VIEW = people.PersonView(
    person_id=PERSON,
    name="王*",
    born_in=1970,
    id_number="990303********0012",
    phone="199****0001",
    address="****",
    household="c02-g01-s01-d1-h101",
    relation="head",
    since=DAY,
)
_OWNER = people.OwnerView(owner_id=PERSON, name="王*", organisation=False, since=DAY)
_UNIT = people.UnitView(
    unit_id=UNIT,
    code="c02-g01-s01-d1-h101",
    place="c02-g01-s01-d1-h101",
    use="dwelling",
    area_hundredths_m2=6_825,
    owners=(_OWNER,),
)
_BODY = people.BodyView(
    code="c02-residents-committee",
    kind="residents_committee",
    name_zh="段南沟社区居民委员会",
    name_en="Duannangou community: residents' committee",
    valid_from=DAY,
)
_GROUP = people.GroupView(
    code="c02-rg01",
    name_zh="四矿小区1号楼居民小组",
    name_en="Sikuang estate, building 1: residents",
    households=50,
)
_REVEAL = people.RevealView(
    at=AT, person_id=PERSON, revealed_to=str(WORKER), fields=("phone",), reason="核实漏水情况"
)

ANSWERS = (
    people.PersonReceipt(person_id=PERSON, household="c02-g01-s01-d1-h101"),
    people.ImportReport(
        kind="persons",
        rows=2,
        new=1,
        known=0,
        faults=(people.RowFault(row=3, column="id_number", code="numeric_cell"),),
    ),
    _VIEW,
    people.PersonPage(items=(_VIEW,), next_cursor=None),
    people.PersonRevealed(person_id=PERSON, phone="19900000001"),
    _REVEAL,
    people.RevealPage(items=(_REVEAL,)),
    _UNIT,
    people.UnitPage(items=(_UNIT,), next_cursor=None),
    _BODY,
    _GROUP,
    people.CommunityView(code="c02", bodies=(_BODY,), groups=(_GROUP,)),
    people.CodeRequested(request_id=COMMAND, expires_at=LATER),
)
