"""The routes, a module an actor's room."""

from gateway.routes import cases, conference, department, media, messages, reference, sessions, system

ALL = (
    system.routes,
    sessions.routes,
    media.routes,
    cases.routes,
    department.routes,
    conference.routes,
    messages.routes,
    reference.routes,
)
