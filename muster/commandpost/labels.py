"""What codes are called on the screens, in one place."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

Labels = dict[str, str | Promise]

ITEM_KIND: Labels = {
    "verify": _("verification"),
    "investigate": _("case investigation"),
    "follow_up": _("follow-up"),
    "test": _("test"),
    "resample": _("single resample"),
    "recheck": _("recheck"),
    "deliver": _("delivery"),
    "answer": _("request"),
    "visit": _("building to sweep"),
    "transfer": _("transfer to quarantine"),
}
STEP: Labels = {"call": _("call"), "other_caller": _("another caller"), "visit": _("visit")}
OUTCOME: Labels = {
    "": _("not tried yet"),
    "reached_verified": _("reached, verified"),
    "already_verified": _("verified already"),
    "moved": _("moved away"),
    "moved_within": _("moved within the city"),
    "no_answer": _("no answer"),
    "busy": _("busy"),
    "wrong_number": _("wrong number"),
    "refused": _("refuses"),
    "needs_interpreter": _("needs an interpreter"),
    "needs_help": _("needs help"),
    "done": _("done"),
    "absent": _("nobody there"),
    "empty": _("empty"),
}
HAPPENED: dict[str, Promise] = {
    "sent": _("sent to %(area)s"),
    "returned": _("sent back to %(area)s"),
    "closed": _("closed by a desk"),
    "reopened": _("opened again"),
}
ITEM_STATE: Labels = {
    "open": pgettext_lazy("state", "open"),
    "done": pgettext_lazy("state", "done"),
    "withdrawn": _("withdrawn"),
    "closed": _("closed by a desk"),
}
DECISION: Labels = {
    "assign": _("Assign"),
    "transfer": _("Transfer"),
    "return": _("Send back"),
    "recall": _("Recall"),
    "close": _("Close"),
    "reopen": _("Open again"),
}
SPEECH: Labels = {
    "zh": _("Mandarin"),
    "yue": _("Cantonese"),
    "en": _("English"),
    "other": _("another language"),
}
NEED: Labels = {
    "medicine": _("medicine"),
    "food": _("food"),
    "transport": _("transport"),
    "counselling": _("counselling"),
    "family_letter": _("family letter"),
    "other": _("something else"),
}
SPOKEN: Labels = SPEECH | {"hak": _("Hakka"), "nan": _("Teochew"), "sign": _("sign language")}
HOME_NEED: Labels = NEED | {
    "water": _("water"),
    "dialysis": _("dialysis"),
    "interpreter": _("an interpreter"),
    "baby_food": _("baby food"),
    "care": _("somebody to look in"),
}
PURPOSE: Labels = {
    "verification": _("record verification"),
    "key_person": _("key persons"),
    "contact": _("contacts"),
}
ZONE: Labels = {
    "sealed": _("sealed zone"),
    "controlled": _("controlled zone"),
    "precaution": _("precaution zone"),
    "high": _("high risk"),
    "medium": _("medium risk"),
    "low": _("low risk"),
    "core": _("core zone"),
    "alert": _("alert zone"),
    "evacuate": _("evacuation zone"),
}
BUILDING: Labels = {
    "open": _("not begun"),
    "doing": _("under way"),
    "absent": _("doors left shut"),
    "refused": _("doors refused"),
    "done": _("swept"),
}
VULNERABILITY: Labels = {
    "elderly_alone": _("elderly, alone"),
    "alone": _("elderly, alone"),
    "pregnant": _("pregnant or just delivered"),
    "dialysis": _("dialysis"),
    "chemotherapy": _("chemotherapy"),
    "disabled": _("disabled"),
    "bedridden": _("bedridden"),
    "chronic_disease": _("chronic illness"),
    "chronic": _("chronic illness"),
    "timed_care": _("care at fixed hours"),
    "infant": _("infant"),
    "child": _("child in hardship"),
}
SEX: Labels = {"male": _("male"), "female": _("female"), "": _("not known")}
CONTACT_STATE: Labels = {
    "followed": _("followed up"),
    "symptomatic": _("with symptoms"),
    "lost": _("lost to follow-up"),
    "released": _("released from follow-up"),
    "case": _("became a case"),
    "withdrawn": _("case withdrawn"),
}
HEALTH: Labels = {
    "seen_ok": _("well"),
    "seen_not_ok": _("unwell"),
    "missed": _("not reached"),
}
SYMPTOM: Labels = {
    "fever": _("Fever"),
    "cough": _("Cough"),
    "sore_throat": _("Sore throat"),
    "short_breath": _("Short of breath"),
    "diarrhoea": _("Diarrhoea"),
    "other": _("Something else"),
}
QUARANTINE: Labels = {"central": _("central quarantine"), "home": _("home quarantine"), "": _("no place yet")}
CASE_EVENT: Labels = {
    "confirmed": _("confirmed"),
    "withdrawn": _("confirmation withdrawn"),
    "named": _("contact named"),
    "seen": _("followed up"),
    "placed": _("place of quarantine"),
    "investigated": _("investigation"),
    "transferred": _("transfer"),
    "needed": _("special need"),
}
SHARED: Labels = {  # how it is known that two people shared a place
    "check_in": _("both checked in"),
    "gate": _("both passed the gate"),
    "site": _("both were sampled there"),
    "shift": _("on duty there"),
    "vehicle": _("the same vehicle"),
    "batch": _("the same batch; the roll-call does not say which vehicle"),
    "home": _("live together"),
}
STEP_OF_INVESTIGATION: Labels = {
    "started": _("investigation begun"),
    "track_known": _("movement track known"),
    "isolated": _("isolated"),
    "reported": _("first report written"),
}
INVESTIGATION: Labels = {
    "open": _("not begun"),
    "started": _("under way"),
    "finished": _("reported"),
}
STAGE: Labels = {
    "": _("not ordered"),
    "ordered": _("ordered"),
    "departed": _("on the way"),
    "arrived": _("arrived"),
}
QUESTION: Labels = {
    "asked": _("waits for approval"),
    "answered": _("approved and answered"),
    "declined": _("declined"),
}
VERDICT: Labels = {"contact": _("contact"), "dismissed": _("dismissed"), "": _("to be decided")}
ASKED_BY: Labels = {"call": _("by telephone"), "visit": _("at the door"), "self_report": _("by self-report")}
CARE: Labels = {
    "medicine": _("medicine"),
    "dialysis": _("dialysis"),
    "chemotherapy": _("chemotherapy"),
    "pregnant": _("pregnant or just delivered"),
    "infant": _("infant"),
    "disabled": _("disabled"),
    "counselling": _("counselling"),
    "food": _("special food"),
    "other": _("something else"),
}
CHANNEL: Labels = {
    "chat": _("chat groups"),
    "loudspeaker": _("loudspeaker"),
    "sms": _("text message"),
    "poster": _("poster"),
    "door": _("door to door"),
}
TUBE: Labels = {
    "open": _("filling"),
    "sealed": _("sealed"),
    "counted": _("counted"),
    "handed_over": _("in the laboratory"),
    "resulted": _("with result"),
}
BATCH: Labels = {
    "planned": _("planned"),
    "mustered": _("mustered"),
    "departed": _("on the road"),
    "arrived": _("here"),
    "released": _("gone home"),
}
RESULT: Labels = {
    "refused": _("refused"),
    "conflict": _("in conflict"),
    "quarantined": _("waiting for a right or a thing"),
    "held": _("from a phone out of service"),
}
ROLE: Labels = {
    "grid_worker": _("grid worker"),
    "field_team": _("field team"),
    "caller": _("caller"),
    "desk": _("desk"),
    "tracer": _("tracer"),
    "supply": _("supplies"),
    "laboratory": _("laboratory"),
    "counsellor": _("counsellor"),
    "auditor": _("auditor"),
    "commander": _("commander"),
}
ACTION: Labels = {
    "access.end": _("right ended"),
    "access.grant": _("right given"),
    "access.password": _("new password given"),
    "core.retract": _("record taken back"),
    "device.enrol": _("telephone enrolled"),
    "device.invite": _("code for a phone made"),
    "device.revoke": _("telephone put out of service"),
    "device.wipe": _("phone asked to forget"),
    "sync.late": _("records of a phone taken after the right had ended"),
    "people.numbers_out": _("names and numbers given to callers' phones"),
    "helpline.call": _("call taken"),
    "helpline.line": _("line added"),
    "helpline.read": _("counselling note read"),
    "helpline.request": _("request opened"),
    "helpline.support": _("support recorded"),
    "helpline.update": _("request updated"),
    "imports.export": _("import report downloaded"),
    "mobilising.begin_shift": _("shift begun"),
    "mobilising.claim_seat": _("seat taken"),
    "mobilising.end_shift": _("shift ended"),
    "sampling.book": _("appointments made"),
    "sampling.cancel": _("appointments cancelled"),
    "sampling.catch_up": _("those left of a round asked for"),
    "sampling.count": _("tubes counted"),
    "sampling.end_catch_up": _("asking for those left ended"),
    "sampling.explain": _("said why people are untested"),
    "sampling.export_left": _("workbook of those left taken"),
    "sampling.invite": _("link to book a slot made"),
    "sampling.print_doors": _("sheets of those left printed"),
    "sampling.site": _("site set up"),
    "sampling.slots": _("slots opened"),
    "sampling.queue": _("lines reported"),
    "sampling.handover": _("tube handed over"),
    "sampling.result": _("test result entered"),
    "sampling.seal": _("tube sealed"),
    "imports.upload": _("file uploaded"),
    "imports.decide": _("match decided"),
    "imports.run": _("import run"),
    "imports.undo": _("import undone"),
    "incidents.open": _("incident opened"),
    "incidents.close": _("incident closed"),
    "incidents.reopen": _("incident opened again"),
    "incidents.erase": _("erasing begun"),
    "incidents.erased": _("personal data erased"),
    "incidents.pack": _("protocol changed"),
    "incidents.works": _("works recorded"),
    "incidents.zone": _("zone decided"),
    "notices.publish": _("notice published"),
    "notices.withdraw": _("notice withdrawn"),
    "notices.broadcast": _("people told"),
    "paper.print": _("pack of paper printed"),
    "passes.print": _("passes printed"),
    "passes.list": _("signed list of passes taken out"),
    "passes.open_exception": _("let through without papers"),
    "passes.step_exception": _("exception followed up"),
    "passes.name_administrator": _("administrator of a place named"),
    "passes.issue": _("pass issued"),
    "passes.revoke": _("pass revoked"),
    "passes.check_in": _("place checked into"),
    "passes.scan": _("pass scanned"),
    "passes.forget": _("old scans removed"),
    "people.enrol": _("people imported"),
    "people.register": _("people registered"),
    "people.share": _("person shared"),
    "people.unmask": _("names and numbers seen"),
    "people.withdraw": _("imported people withdrawn"),
    "people.same": _("records joined"),
    "people.different": _("records parted"),
    "places.areas": _("areas added"),
    "places.building": _("buildings added"),
    "places.point": _("points added"),
    "reports.publish": _("situation report published"),
    "responders.unmask": _("responder's name seen"),
    "sampling.round": _("test round opened"),
    "sampling.sample": _("samples taken"),
    "supplies.allocate": _("offer allocated"),
    "supplies.donation": _("donation recorded"),
    "supplies.items": _("goods named"),
    "supplies.move": _("goods moved"),
    "supplies.need": _("need stated"),
    "supplies.offer": _("offer made"),
    "supplies.store": _("store added"),
    "supplies.thanks": _("donor thanked"),
    "worklists.assign": _("work assigned"),
    "worklists.transfer": _("work transferred"),
    "worklists.return": _("work sent back"),
    "worklists.attempt": _("calls recorded"),
    "worklists.list": _("list taken in"),
    "worklists.script": _("words of a list changed"),
    "worklists.release": _("call given back"),
    "worklists.return_list": _("list sent back"),
    "worklists.take": _("call taken up"),
    "worklists.open_call": _("name and number opened for a call"),
    "worklists.export_list": _("list taken out"),
    "reports.snapshot": _("snapshot for analysis"),
    "worklists.visit": _("visits recorded"),
    "worklists.household": _("household cards recorded"),
    "worklists.photograph": _("photographs kept"),
    "worklists.see_photograph": _("photograph looked at"),
    "worklists.survey": _("containers surveyed"),
    "worklists.breeding": _("breeding sites looked at"),
    "worklists.give": _("buildings given to teams"),
    "places.doors": _("doors added"),
    "places.alias": _("another name of a building remembered"),
    "places.unalias": _("a name of a building forgotten"),
    "interop.submission": _("form received"),
    "interop.form": _("form offered"),
    "interop.form_opened": _("form opened"),
    "interop.form_closed": _("form closed"),
    "interop.form_file": _("file given to a form"),
    "interop.mapping": _("answers of a form mapped"),
    "interop.opened": _("form opened in clear"),
    "interop.exported": _("forms taken out as a table"),
    "cases.confirm": _("case confirmed"),
    "cases.contact": _("contacts named"),
    "cases.follow": _("follow-ups recorded"),
    "cases.withdraw": _("case withdrawn"),
    "cases.investigate": _("investigation recorded"),
    "cases.note": _("notes of an investigation kept"),
    "cases.read_notes": _("notes of an investigation opened"),
    "cases.link": _("self-report link made"),
    "cases.link_ended": _("self-report link revoked"),
    "cases.self_report": _("self-report received"),
    "cases.ask": _("shared places asked for"),
    "cases.decide": _("question about shared places decided"),
    "cases.judge": _("shared place judged"),
    "cases.export": _("line list exported"),
    "cases.forget": _("place visits deleted in time"),
    "mobilising.answer": _("call-out answered"),
    "mobilising.batch": _("batch planned"),
    "mobilising.callout": _("call-out sent"),
    "mobilising.hand_over": _("work handed over"),
    "mobilising.post": _("post added"),
    "mobilising.roll_call": _("roll called"),
    "mobilising.serve": _("meals and beds recorded"),
    "mobilising.shifts": _("shifts planned"),
    "mobilising.take_over": _("hand-over taken"),
    "responders.enrol": _("responders enrolled"),
    "responders.fitness": _("fitness declared"),
    "responders.join_team": _("team joined"),
    "responders.organisations": _("organisations added"),
    "responders.sign_up": _("volunteer signed up"),
    "responders.structure": _("structure set up"),
    "responders.team": _("team formed"),
}


def words(codes: Iterable[str]) -> list[str]:
    """Codes of vulnerability in words; an unknown one stands for itself."""
    return [str(VULNERABILITY.get(code, code)) for code in codes]
