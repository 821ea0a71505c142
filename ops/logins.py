"""One login for each role of a demo cell."""

from services.registry.demo import PASSWORD

LOGINS = (
    ("resident 居民", "resident", "reports from anywhere"),
    ("grid worker 网格员", "worker-c01-g01", "reports, checks; one for each grid"),
    ("clerk 社区服务中心", "clerk-c01", "return visits; c01 to c38"),
    ("hotline 热线", "hotline", "writes down what is called in"),
    ("dispatcher 区指导中心", "dispatcher", "classifies, designates"),
    ("department 区直部门", "officer-cgj", "sees orders; one for each"),
    ("committee 居委会", "committee-c01", "meetings; c01 to c38"),
    ("archivist 档案员", "archivist", "archives, seals"),
    ("inspector 督查员", "inspector", "reads everything"),
    ("operator 运维", "operator", "looks after the cell"),
)


def rows() -> list[tuple[str, str, str, str]]:
    """Return (role, login, password, what it does) for the table at the end of `up`."""
    return [(role, login, PASSWORD, does) for role, login, does in LOGINS]
