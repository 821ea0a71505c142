"""How a task is taken, or not. No SQL, no broker call."""

from operator import attrgetter

from chassis.data.unit_of_work import UnitOfWork
from chassis.processing.commands import CommandRoute, command
from chassis.refusal import Forbidden
from contracts.commands.tasks import ProposeTask, TaskReceipt
from contracts.vocabulary import Role
from services.governance import metrics
from services.governance.standing import account_of
from services.governance.task.errors import TaskExists, UnknownCommunity
from services.governance.task.repository import Tasks
from services.governance.task.task import propose


def propose_task(message: ProposeTask, uow: UnitOfWork) -> TaskReceipt:
    """准入审核. Raises: Forbidden, NotOnEntryList, UnknownCommunity, TaskExists, TermUnfit, a length."""
    department = uow.principal.scope.get("department")
    if department is None or not uow.principal.has(Role.DEPARTMENT):
        raise Forbidden("only a department proposes a task")
    if uow.store(Tasks).get(message.task_id) is not None:
        raise TaskExists
    task = propose(message, department=department, by=account_of(uow.principal), now=uow.now)
    if not uow.store(Tasks).has_community(task.community):
        raise UnknownCommunity(community=task.community)
    uow.store(Tasks).put(task.id, task)
    uow.after_commit(metrics.CIVIC.labels("task", "propose").inc)
    return TaskReceipt(task_id=task.id)


COMMANDS: tuple[CommandRoute, ...] = (
    command(ProposeTask, propose_task, loads=((Tasks, attrgetter("task_id")),)),
)
