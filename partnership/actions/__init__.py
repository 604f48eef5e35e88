"""One door for every change, and one place for every right. README.md of this package says how it is used."""

from partnership.actions.declaration import ACTIONS, Action, Party, action, named
from partnership.actions.rights import READINGS, NotAllowed, Reading, Right, reading, require, rights_of, scopes_of

__all__ = [
    "ACTIONS",
    "READINGS",
    "Action",
    "NotAllowed",
    "Party",
    "Reading",
    "Right",
    "action",
    "named",
    "reading",
    "require",
    "rights_of",
    "scopes_of",
]
