"""docs/rights.md: who sees what and who does what, written from the declarations of readings and actions."""

from __future__ import annotations

from importlib import import_module
from itertools import groupby
from pathlib import Path

from django.conf import settings
from django.utils.translation import override

from partnership.actions import ACTIONS, READINGS, Action, Right
from partnership.members.models import Role

PATH = Path(settings.BASE_DIR) / "docs" / "rights.md"

_HEAD = """# Who may see and do what

Written by `manage.py rights --write` from the declarations: readings in `partnership/permissions.py`, `programs/permissions.py`,
`cases/permissions.py`, `referrals/permissions.py` and `metrics/permissions.py`, actions in each room's `actions.py`. Pages, API, menu
and search ask the same declarations. Which rows somebody sees or changes, the policies in the models' `Meta` decide: the own
partner's, unless both parties or everybody may.

"""
_READINGS_HEAD = """## What each role sees

✓ sees; M: sees as a manager of the partner. Scope: what a partner system needs; without one, no system sees it.

"""
_ACTIONS_HEAD = """## What each role does

Party: as what the partner stands to the record. Scope: what a partner system needs; without one, no system does it. Event: what the
action announces.
"""


def load_declarations() -> None:
    """Imports every module that declares a reading or an action, whether or not a page or job of this process uses it."""
    for path in sorted(Path(settings.BASE_DIR).glob("*/permissions.py")):
        import_module(f"{path.parent.name}.permissions")
    for module in ("actions", "jobs"):  # what takes long is declared beside the job that does it
        for path in sorted(Path(settings.BASE_DIR).glob(f"*/*/{module}.py")):
            import_module(f"{path.parent.parent.name}.{path.parent.name}.{module}")


def rights_page() -> str:
    """The text of docs/rights.md, in English whatever the language of the process."""
    load_declarations()
    with override("en"):
        return f"{_HEAD}{_READINGS_HEAD}{_readings()}\n{_ACTIONS_HEAD}{_actions()}"


def first_sentence(text: str) -> str:
    """The first sentence, without what follows it."""
    sentence, stop, _rest = text.partition(". ")
    return sentence + "." if stop else text


def _readings() -> str:
    lines = [_row("noun", *(role.label for role in Role), "scope"), _row(*["---"] * (len(Role) + 2))]
    for reading in sorted(READINGS.values(), key=lambda reading: reading.name):
        marks = [_mark(reading, role) for role in Role]
        lines.append(_row(reading.name, *marks, reading.scope))
    return "\n".join(lines) + "\n"


def _mark(right: Right, role: Role) -> str:
    if right.allows_role(role, is_manager=False):
        return "✓"
    return "M" if right.allows_role(role, is_manager=True) else ""


def _actions() -> str:
    by_room = groupby(sorted(ACTIONS.values(), key=lambda action: (action.module, action.name)), lambda a: a.module)
    sections = []
    for module, actions in by_room:
        lines = [
            f"\n### {module.removesuffix('.actions')}\n",
            _row("action", "what it does", "who", "party", "scope", "event"),
            _row(*["---"] * 6),
        ]
        lines += [
            _row(
                action.name,
                first_sentence(action.summary),
                _who(action),
                action.party.label.lower() if action.party else "",
                action.scope,
                str(action.event),
            )
            for action in actions
        ]
        sections.append("\n".join(lines) + "\n")
    return "".join(sections)


def _who(action: Action) -> str:
    """Everybody, the roles in their usual order, or who does it without acting for a partner."""
    if action.outside == "jobs":
        return "jobs of the portal"
    if action.outside == "anyone":
        return "whom it concerns"
    if action.outside == "administrator":
        return "administrators of the service"
    who = ", ".join(str(role.label).lower() for role in Role if role in action.roles) or "everybody"
    if action.managers_only:
        return "managers" if who == "everybody" else f"managers: {who}"
    return who


def _row(*cells: object) -> str:
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"
