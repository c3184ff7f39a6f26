"""Forms that make or change rows of our lists: what they become is read from the form itself (`save_to`)."""

from __future__ import annotations

import msgspec
from defusedxml import ElementTree as Safe

from muster.interop.forms.filled import TRUE
from muster.interop.forms.mapping import COMMANDS, ENTITY, LABEL, Step, fields_of, required

XFORMS, ENTITIES = "{http://www.w3.org/2002/xforms}", "{http://www.opendatakit.org/xforms/entities}"
# the list, whether its row is made or changed: the command, the field the row's id goes to, and the label
BECOMES: dict[tuple[str, bool], tuple[str, dict[str, str]]] = {
    ("buildings", True): ("add_building", {"id": ENTITY, "name": LABEL}),
    ("dwellings", False): ("record_visit", {"dwelling": ENTITY}),
    ("work", False): ("record_attempt", {"item": ENTITY}),
}


class Declared(msgspec.Struct, frozen=True):
    """What a form says it does with a list, and which answer goes to which property."""

    list: str
    creates: bool
    updates: bool
    saves: dict[str, str]


def declared(xform: str) -> Declared | None:
    """The list an XForm of ours is about."""
    model = Safe.fromstring(xform.encode(), forbid_dtd=True).find(f".//{XFORMS}model")
    found = model.find(f"./{XFORMS}instance/*/{XFORMS}meta/{XFORMS}entity") if model is not None else None
    if model is None or found is None:
        return None
    saves = {
        str(bind.get(f"{ENTITIES}saveto")): str(bind.get("nodeset"))
        for bind in model.iter(f"{XFORMS}bind")
        if bind.get(f"{ENTITIES}saveto")
    }
    return Declared(
        found.get("dataset", ""), found.get("create", "") in TRUE, found.get("update", "") in TRUE, saves
    )


def steps_for(said: Declared | None) -> list[Step]:
    """The mapping that follows from the form, as far as our commands have fields of these names."""
    if said is None:
        return []
    found = []
    for makes, is_done in ((True, said.creates), (False, said.updates)):
        command, fixed = BECOMES.get((said.list, makes), ("", {}))
        if not is_done or command not in COMMANDS:
            continue
        named = set(fields_of(command)) - {"id", "area"}
        fields = {name: path for name, path in said.saves.items() if name in named} | fixed
        if "channel" in named and "channel" not in fields:
            fields["channel"] = "=door"
        if set(required(command)) <= set(fields):
            found.append(Step(command, fields))
    return found
