"""The commands of this domain: {name: (body type, action)}."""

from muster.core.told import Many
from muster.domain.passes import actions, exceptions

COMMANDS: dict[str, tuple[type, Many]] = {
    "issue_pass": (actions.IssuePass, actions.issue_passes),
    "revoke_pass": (actions.RevokePass, actions.revoke_passes),
    "scan_pass": (actions.ScanPass, actions.scan_passes),
    "open_exception": (exceptions.OpenException, exceptions.open_exceptions),
    "step_exception": (exceptions.StepException, exceptions.step_exceptions),
    "name_administrator": (exceptions.NameAdministrator, exceptions.name_administrators),
    "check_in_place": (actions.CheckInPlace, actions.check_in_places),
}
RETRACTED = {
    "passes.passrevoked": actions.reconsider_revocations,
    "passes.passscanned": actions.reconsider_scans,
    "passes.placecheckin": actions.reconsider_scans,
    "passes.exceptionmade": exceptions.nothing_derived,
    "passes.exceptionstep": exceptions.nothing_derived,
    "passes.placeadministered": exceptions.nothing_derived,
}
