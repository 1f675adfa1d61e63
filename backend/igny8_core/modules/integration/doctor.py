"""Draws a stored connection report as ordered steps; pure: it asks nobody and stores nothing."""

from collections.abc import Mapping, Sequence
from typing import Any

from igny8_core.modules.integration.constants import StepState
from igny8_core.modules.integration.types import DoctorFinding, DoctorStep
from igny8_core.modules.integration.wordpress.hints import hint_for

_TITLES = {
    "address": "Address",
    "rest": "REST interface",
    "credentials": "User name and application password",
    "rights": "The user's rights",
    "seo": "SEO fields",
}
_RIGHTS = ("wordpress_cannot_", "wordpress_role_")
_CREDENTIALS = (
    "wordpress_credentials_",
    "wordpress_authorization_",
    "wordpress_username_",
    "wordpress_password_",
)
_CREDENTIALS_TOO = ("wordpress_application_passwords_unavailable", "secret_unreadable", "secret_key_missing")
_ADDRESS_TOO = ("wordpress_not_https", "wordpress_moved", "preview_not_writable")
# REST namespaces of the plug-ins whose fields may be set, and whether they take them over REST by themselves.
_SEO_PLUGINS = (
    ("rankmath/v1", "Rank Math", True),
    ("seopress/v1", "SEOPress", True),
    ("yoast/v1", "Yoast SEO", False),
    ("aioseo/v1", "All in One SEO", False),
)


def doctor_steps(report: Mapping[str, Any] | None) -> tuple[DoctorStep, ...]:
    """The steps of a report as `report_json` stored it; all skipped without one.

    What stands after a failed step was not reached, whatever came before it went well.
    """
    findings = [_finding(problem) for problem in (report or {}).get("problems", ())]
    steps: list[DoctorStep] = []
    is_reached = report is not None
    for key, title in _TITLES.items():
        own = tuple(finding for finding in findings if _step_of(finding.code, report or {}) == key)
        step = _step(key, title, own, report=report or {}, is_reached=is_reached)
        is_reached = step.state in (StepState.OK, StepState.WARNING)
        steps.append(step)
    return tuple(steps)


def _finding(problem: Mapping[str, Any]) -> DoctorFinding:
    code = str(problem["code"])
    # Reports that were stored before hints were have none.
    hint = str(problem.get("hint") or hint_for(code))
    return DoctorFinding(code, str(problem["message"]), hint=hint, is_blocking=bool(problem["is_blocking"]))


def _step_of(code: str, report: Mapping[str, Any]) -> str:
    if code.startswith("outbound_") and not report.get("is_reachable"):
        return "address"
    if code in _ADDRESS_TOO:
        return "address"
    if code.startswith(_RIGHTS):
        return "rights"
    if code.startswith(_CREDENTIALS) or code in _CREDENTIALS_TOO:
        return "credentials"
    return "rest"


def _step(
    key: str, title: str, findings: Sequence[DoctorFinding], *, report: Mapping[str, Any], is_reached: bool
) -> DoctorStep:
    is_seo = key == "seo"
    if any(finding.is_blocking for finding in findings):
        state, detail = StepState.FAILED, ""
    elif not is_reached or (is_seo and report.get("site") is None):
        state, detail = StepState.SKIPPED, ""
    elif is_seo:
        state, detail = _seo(report["site"])
    else:
        state, detail = StepState.WARNING if findings else StepState.OK, _detail(key, report)
    return DoctorStep(key, title, state=state.value, detail=detail, findings=tuple(findings))


def _detail(key: str, report: Mapping[str, Any]) -> str:
    site, user = report.get("site") or {}, report.get("user") or {}
    shown = {
        "address": site.get("home"),
        "rest": site.get("rest_root"),
        "credentials": user.get("username"),
        "rights": ", ".join(user.get("roles") or ()),
    }
    return str(shown[key] or "")


def _seo(site: Mapping[str, Any]) -> tuple[StepState, str]:
    namespaces = site.get("namespaces") or ()
    for namespace, name, takes_fields in _SEO_PLUGINS:
        if namespace in namespaces and takes_fields:
            return StepState.OK, f"{name} takes title and description over REST."
        if namespace in namespaces:
            return StepState.WARNING, f"{name} shows its fields over REST and takes none by itself."
    return StepState.WARNING, "No SEO plug-in was found; the description is sent as the post's excerpt."
