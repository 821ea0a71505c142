"""THE table of who may ask for what. The owning service judges again, by the object itself.

Every route has exactly one row; the gateway does not start otherwise.
"""

from collections.abc import Iterator

from flask import Flask

from contracts.vocabulary import Role
from gateway.access import ANYBODY, PUBLIC, Access, only

_CENTRE = only(Role.DISPATCHER)
_OFFICER = only(Role.DEPARTMENT)
_REPORTERS = only(Role.RESIDENT, Role.GRID_WORKER, Role.CLERK, Role.HOTLINE)
_READERS = only(*(role for role in Role if role is not Role.DEPARTMENT))
# Whoever may be the reporter of a case; dispatcher and committee are asked about what a decision has made.
_OWNERS = only(Role.RESIDENT, Role.GRID_WORKER, Role.CLERK, Role.HOTLINE, Role.DISPATCHER, Role.COMMITTEE)
_REOPENERS = only(
    Role.RESIDENT,
    Role.GRID_WORKER,
    Role.CLERK,
    Role.HOTLINE,
    Role.DISPATCHER,
    Role.INSPECTOR,
    Role.COMMITTEE,
)
_UPLOADERS = only(
    Role.RESIDENT,
    Role.GRID_WORKER,
    Role.CLERK,
    Role.HOTLINE,
    Role.DISPATCHER,
    Role.DEPARTMENT,
    Role.COMMITTEE,
)
_EXPORTERS = only(Role.DISPATCHER, Role.INSPECTOR, Role.CLERK)
_DISTRICT = only(Role.DISPATCHER, Role.ARCHIVIST, Role.INSPECTOR, Role.OPERATOR)
_KEEP_PERSONS = only(Role.COMMITTEE, Role.CLERK)
_SEE_PERSONS = only(Role.COMMITTEE, Role.CLERK, Role.DISPATCHER, Role.INSPECTOR)

_COMMITTEE = only(Role.COMMITTEE)
_RAISERS = only(Role.RESIDENT, Role.COMMITTEE)
_HALL = only(Role.COMMITTEE, Role.CLERK)
_VOICES = only(Role.RESIDENT, Role.COMMITTEE, Role.CLERK)
_NEIGHBOURS = only(
    Role.RESIDENT,
    Role.COMMITTEE,
    Role.CLERK,
    Role.DISPATCHER,
    Role.ARCHIVIST,
    Role.INSPECTOR,
    Role.OPERATOR,
)

_API = "/api/v1"
_CASE = f"{_API}/cases/<uuid:case_id>"
_ORDER = f"{_API}/orders/<uuid:order_id>"
_PERSON = f"{_API}/people/<uuid:person_id>"
_OWN_ORDER = f"{_API}/department/orders/<uuid:order_id>"
_TOPIC = f"{_API}/topics/<uuid:topic_id>"
_HEARING = f"{_API}/hearings/<uuid:hearing_id>"
_VOTE = f"{_API}/votes/<uuid:vote_id>"
_ASSEMBLY = f"{_API}/assemblies/<uuid:assembly_id>"
_ITEM = f"{_API}/conference/meetings/<uuid:meeting_id>/items/<uuid:item_id>"

POLICY: dict[tuple[str, str], Access] = {
    ("GET", f"{_API}/healthz"): PUBLIC,
    ("GET", f"{_API}/openapi.json"): PUBLIC,
    ("POST", f"{_API}/sessions"): PUBLIC,
    ("POST", f"{_API}/sessions/codes"): PUBLIC,
    ("POST", f"{_API}/sessions/residents"): PUBLIC,
    ("DELETE", f"{_API}/sessions/current"): ANYBODY,
    ("GET", f"{_API}/me"): ANYBODY,
    # Files. The uploader reads its own; others read by the case or the order.
    ("POST", f"{_API}/media"): _UPLOADERS,
    ("GET", f"{_API}/media/<uuid:media_id>"): _UPLOADERS,
    ("OPTIONS", f"{_API}/uploads"): PUBLIC,
    ("POST", f"{_API}/uploads"): _UPLOADERS,
    ("GET", f"{_API}/uploads/<uuid:upload_id>"): _UPLOADERS,
    ("PATCH", f"{_API}/uploads/<uuid:upload_id>"): _UPLOADERS,
    ("DELETE", f"{_API}/uploads/<uuid:upload_id>"): _UPLOADERS,
    # Whoever has a link was given it by somebody who may see the case, at most ten minutes ago.
    ("GET", f"{_API}/files/<token>"): PUBLIC,
    # Cases. A reporter reads and visits its own, staff those of their place: intake decides.
    ("POST", f"{_API}/cases"): _REPORTERS,
    ("GET", f"{_API}/cases"): ANYBODY,
    ("POST", f"{_API}/cases/on-the-spot"): only(Role.GRID_WORKER),
    ("GET", _CASE): _READERS,
    ("GET", f"{_CASE}/timeline"): _READERS,
    ("GET", f"{_CASE}/seal"): _READERS,
    ("GET", f"{_CASE}/orders"): _READERS,
    ("GET", f"{_CASE}/deadlines"): _READERS,
    ("GET", f"{_CASE}/supporters"): _READERS,
    ("GET", f"{_CASE}/media/<uuid:media_id>"): _READERS,
    ("GET", f"{_CASE}/media/<uuid:media_id>/position"): _READERS,
    ("GET", f"{_CASE}/evidence"): _READERS,
    ("POST", f"{_CASE}/withdrawal"): _OWNERS,
    ("POST", f"{_CASE}/answer"): _OWNERS,
    ("POST", f"{_CASE}/reopening"): _REOPENERS,
    ("POST", f"{_CASE}/question"): _CENTRE,
    ("POST", f"{_CASE}/classification"): _CENTRE,
    ("POST", f"{_CASE}/merge"): _CENTRE,
    ("POST", f"{_CASE}/refusal"): _CENTRE,
    ("POST", f"{_API}/cases/bulk"): _CENTRE,
    ("POST", f"{_CASE}/checks"): only(Role.GRID_WORKER),
    ("POST", f"{_CASE}/checks/failed"): only(Role.GRID_WORKER),
    ("POST", f"{_CASE}/visits/attempts"): only(Role.CLERK),
    ("POST", f"{_CASE}/visits/unreachable"): only(Role.CLERK),
    ("POST", f"{_CASE}/visits/satisfied"): _OWNERS,
    ("POST", f"{_CASE}/visits/dissatisfied"): _OWNERS,
    ("POST", f"{_CASE}/archive"): only(Role.ARCHIVIST),
    # Orders, as the guidance centre directs them.
    ("GET", f"{_API}/orders"): _DISTRICT,
    ("GET", _ORDER): _DISTRICT,
    ("POST", f"{_ORDER}/redirection"): _CENTRE,
    ("POST", f"{_ORDER}/recall"): _CENTRE,
    ("POST", f"{_ORDER}/extension/grant"): _CENTRE,
    ("POST", f"{_ORDER}/extension/denial"): _CENTRE,
    ("POST", f"{_ORDER}/suspension/grant"): _CENTRE,
    ("POST", f"{_ORDER}/suspension/denial"): _CENTRE,
    ("POST", f"{_ORDER}/resumption"): _CENTRE,
    ("POST", f"{_ORDER}/parts/<department>/excuse"): _CENTRE,
    # Departments, their software and their officers.
    ("GET", f"{_API}/department/orders"): _OFFICER,
    ("GET", _OWN_ORDER): _OFFICER,
    ("GET", f"{_OWN_ORDER}/media/<uuid:media_id>"): _OFFICER,
    ("GET", f"{_OWN_ORDER}/evidence"): _OFFICER,
    ("POST", f"{_OWN_ORDER}/results"): _OFFICER,
    ("POST", f"{_OWN_ORDER}/statements"): _OFFICER,
    ("POST", f"{_OWN_ORDER}/signature"): _OFFICER,
    ("POST", f"{_OWN_ORDER}/return"): _OFFICER,
    ("POST", f"{_OWN_ORDER}/extension"): _OFFICER,
    ("POST", f"{_OWN_ORDER}/suspension"): _OFFICER,
    ("POST", f"{_OWN_ORDER}/parts"): _OFFICER,
    ("POST", f"{_OWN_ORDER}/completion"): _OFFICER,
    ("POST", f"{_API}/department/sandbox/orders"): _OFFICER,
    # Persons, of one's own community; the district sees masks.
    ("GET", f"{_API}/people"): _SEE_PERSONS,
    ("POST", f"{_API}/people"): _KEEP_PERSONS,
    ("POST", f"{_API}/people/imports"): _KEEP_PERSONS,
    ("GET", f"{_API}/units"): _SEE_PERSONS,
    ("GET", _PERSON): _SEE_PERSONS,
    ("POST", f"{_PERSON}/residence"): _KEEP_PERSONS,
    ("POST", f"{_PERSON}/reveal"): _KEEP_PERSONS,
    ("GET", f"{_PERSON}/reveals"): _SEE_PERSONS,
    # Desks.
    ("GET", f"{_API}/desks/triage"): _CENTRE,
    ("GET", f"{_API}/desks/checks"): only(Role.GRID_WORKER),
    ("GET", f"{_API}/desks/visits"): only(Role.CLERK),
    ("GET", f"{_API}/desks/approvals"): _CENTRE,
    # The joint conference.
    ("GET", f"{_API}/conference/agenda"): _DISTRICT,
    ("POST", f"{_API}/conference/meetings"): _CENTRE,
    ("POST", f"{_API}/conference/meetings/<uuid:meeting_id>/attendance"): _CENTRE,
    ("POST", f"{_API}/conference/meetings/<uuid:meeting_id>/resolutions"): _CENTRE,
    ("POST", f"{_ITEM}/adopt"): _CENTRE,
    ("POST", f"{_ITEM}/decline"): _CENTRE,
    # Topics, and what decisions have led to. Published without names; governance judges the place.
    ("GET", f"{_API}/topics/subjects"): PUBLIC,
    ("GET", f"{_API}/topics"): PUBLIC,
    ("GET", f"{_API}/topics/csv"): PUBLIC,
    ("GET", f"{_API}/topics/raised"): _NEIGHBOURS,
    ("GET", _TOPIC): PUBLIC,
    ("POST", f"{_API}/topics"): _RAISERS,
    ("POST", f"{_TOPIC}/support"): only(Role.RESIDENT),
    ("POST", f"{_TOPIC}/support/retraction"): only(Role.RESIDENT),
    ("POST", f"{_TOPIC}/withdrawal"): _RAISERS,
    ("POST", f"{_TOPIC}/admission"): _COMMITTEE,
    ("POST", f"{_TOPIC}/decline"): _COMMITTEE,
    # Hearings: open to everybody by seats, run by the residents' committee with the service centre's clerks.
    ("GET", f"{_API}/hearings"): PUBLIC,
    ("GET", f"{_API}/hearings/csv"): PUBLIC,
    ("GET", f"{_API}/hearings/drafts"): _COMMITTEE,
    ("GET", _HEARING): PUBLIC,
    ("GET", f"{_HEARING}/draw"): PUBLIC,
    ("GET", f"{_HEARING}/registrations"): _VOICES,
    ("POST", f"{_API}/hearings"): _COMMITTEE,
    ("POST", f"{_HEARING}/notice"): _COMMITTEE,
    ("POST", f"{_HEARING}/steps"): _HALL,
    ("POST", f"{_HEARING}/registrations"): only(Role.RESIDENT, Role.CLERK),
    ("POST", f"{_HEARING}/seats"): _COMMITTEE,
    ("POST", f"{_HEARING}/check-ins"): _HALL,
    ("POST", f"{_HEARING}/floor/requests"): _VOICES,
    ("POST", f"{_HEARING}/floor"): _COMMITTEE,
    ("POST", f"{_HEARING}/evidence"): _VOICES,
    ("POST", f"{_HEARING}/opinions"): _HALL,
    ("POST", f"{_HEARING}/opinions/<uuid:opinion_id>/answer"): _COMMITTEE,
    ("POST", f"{_HEARING}/minutes"): _HALL,
    ("POST", f"{_HEARING}/signatures"): _VOICES,
    ("POST", f"{_HEARING}/report"): _COMMITTEE,
    ("POST", f"{_HEARING}/dispatch"): _COMMITTEE,
    ("POST", f"{_HEARING}/follow-up"): _COMMITTEE,
    # Assemblies, and what departments ask of committees: open to everybody.
    ("GET", f"{_API}/assemblies"): PUBLIC,
    ("GET", f"{_API}/assemblies/csv"): PUBLIC,
    ("GET", _ASSEMBLY): PUBLIC,
    ("POST", f"{_API}/assemblies"): _COMMITTEE,
    ("POST", f"{_ASSEMBLY}/notice"): _COMMITTEE,
    ("POST", f"{_ASSEMBLY}/attendance"): _HALL,
    ("POST", f"{_ASSEMBLY}/steps"): _COMMITTEE,
    ("POST", f"{_ASSEMBLY}/agenda/<uuid:point_id>/hands"): _COMMITTEE,
    ("POST", f"{_ASSEMBLY}/objections"): only(Role.RESIDENT),
    ("POST", f"{_ASSEMBLY}/objections/<uuid:objection_id>/answer"): _COMMITTEE,
    ("POST", f"{_ASSEMBLY}/agenda/<uuid:point_id>/dispatch"): _COMMITTEE,
    ("GET", f"{_API}/tasks"): PUBLIC,
    ("GET", f"{_API}/tasks/entry-list"): PUBLIC,
    ("POST", f"{_API}/tasks"): _OFFICER,
    ("GET", f"{_API}/decided-work"): PUBLIC,
    ("GET", f"{_API}/decided-work/csv"): PUBLIC,
    # Votes. Everybody follows them; the committee of the place leads them, its residents decide.
    ("GET", f"{_API}/votes"): PUBLIC,
    ("GET", f"{_API}/votes/csv"): PUBLIC,
    ("GET", _VOTE): PUBLIC,
    ("POST", f"{_API}/votes"): _COMMITTEE,
    ("POST", f"{_VOTE}/study"): _COMMITTEE,
    ("POST", f"{_VOTE}/rule"): _COMMITTEE,
    ("POST", f"{_VOTE}/roll"): _COMMITTEE,
    ("POST", f"{_VOTE}/roll/freeze"): _COMMITTEE,
    ("POST", f"{_VOTE}/candidates"): _COMMITTEE,
    ("GET", f"{_VOTE}/mandates"): PUBLIC,
    ("POST", f"{_VOTE}/mandates"): _COMMITTEE,
    ("POST", f"{_VOTE}/notice"): _COMMITTEE,
    ("POST", f"{_VOTE}/count"): _COMMITTEE,
    ("POST", f"{_VOTE}/count/end"): _COMMITTEE,
    ("POST", f"{_VOTE}/publication"): _COMMITTEE,
    ("POST", f"{_VOTE}/recount"): _COMMITTEE,
    ("POST", f"{_VOTE}/certification"): _COMMITTEE,
    ("POST", f"{_VOTE}/voiding"): only(Role.COMMITTEE, Role.DISPATCHER),
    ("GET", f"{_VOTE}/bundle"): PUBLIC,
    ("GET", f"{_VOTE}/bundle/notice"): PUBLIC,
    ("GET", f"{_VOTE}/bundle/electors"): only(Role.RESIDENT, Role.COMMITTEE, Role.DISPATCHER, Role.INSPECTOR),
    # Papers are the service centre's to enter; the committee and whoever inspects sees how far they are.
    ("POST", f"{_VOTE}/hand-ins"): only(Role.CLERK),
    ("GET", f"{_VOTE}/slips"): only(Role.CLERK, Role.COMMITTEE, Role.DISPATCHER, Role.INSPECTOR),
    ("POST", f"{_VOTE}/slips"): only(Role.CLERK),
    ("POST", f"{_VOTE}/slips/resolutions"): only(Role.CLERK),
    ("GET", f"{_VOTE}/entitlements"): only(Role.RESIDENT),
    ("POST", f"{_VOTE}/ballots"): only(Role.RESIDENT),
    ("GET", f"{_VOTE}/objections"): only(Role.RESIDENT, Role.COMMITTEE, Role.DISPATCHER, Role.INSPECTOR),
    ("POST", f"{_VOTE}/objections"): only(Role.RESIDENT),
    ("POST", f"{_VOTE}/objections/<uuid:objection_id>/answer"): _COMMITTEE,
    # Lists of cases as files; each is its maker's alone.
    ("POST", f"{_API}/exports"): _EXPORTERS,
    ("GET", f"{_API}/exports/<uuid:export_id>"): _EXPORTERS,
    ("GET", f"{_API}/exports/<uuid:export_id>/file"): _EXPORTERS,
    # What everybody may check. A grid has one worker: its figures are for those who look after it.
    ("GET", f"{_API}/figures"): PUBLIC,
    ("GET", f"{_API}/figures/ranking"): PUBLIC,
    ("GET", f"{_API}/figures/grids"): only(
        Role.DISPATCHER, Role.ARCHIVIST, Role.INSPECTOR, Role.OPERATOR, Role.CLERK, Role.COMMITTEE
    ),
    ("GET", f"{_API}/figures/cases"): _DISTRICT,
    ("GET", f"{_API}/decision-rules"): PUBLIC,
    ("POST", f"{_API}/decision-rules/<code>/outcome"): PUBLIC,
    ("GET", f"{_API}/archive/log"): PUBLIC,
    ("GET", f"{_API}/archive/log/leaves"): PUBLIC,
    # One's own filters and messages, and what everybody who works here may know.
    ("GET", f"{_API}/me/filters"): ANYBODY,
    ("GET", f"{_API}/me/filters/<name>"): ANYBODY,
    ("PUT", f"{_API}/me/filters/<name>"): ANYBODY,
    ("DELETE", f"{_API}/me/filters/<name>"): ANYBODY,
    ("GET", f"{_API}/messages"): ANYBODY,
    ("POST", f"{_API}/messages/<uuid:message_id>/read"): ANYBODY,
    ("GET", f"{_API}/reference/places"): ANYBODY,
    ("GET", f"{_API}/reference/categories"): ANYBODY,
    ("GET", f"{_API}/reference/departments"): ANYBODY,
    ("GET", f"{_API}/reference/communities/<code>"): ANYBODY,
    ("GET", f"{_API}/calendar/<int(fixed_digits=4):year>"): ANYBODY,
    ("GET", f"{_API}/responsibility"): ANYBODY,
    ("GET", f"{_API}/responsibility/<category>"): ANYBODY,
}


class PolicyGapError(RuntimeError):
    """A route without a row, or a row without a route."""


def routes_of(app: Flask) -> Iterator[tuple[str, str, str]]:
    """Yield method, route and endpoint of everything that the application answers."""
    for rule in app.url_map.iter_rules():
        # A rule without methods takes all of them: no row can cover that.
        for method in sorted((rule.methods or {"any"}) - {"HEAD"}):
            yield method, rule.rule, rule.endpoint


def compile_policy(app: Flask) -> dict[str, Access]:
    """Return the table by endpoint. Raises: PolicyGapError where it and the routes differ."""
    routes = list(routes_of(app))
    uncovered = {(method, route) for method, route, _ in routes} ^ set(POLICY)
    if uncovered:
        raise PolicyGapError(f"routes and policy differ: {sorted(uncovered)}")
    return {endpoint: POLICY[method, route] for method, route, endpoint in routes}
