"""Every route goes through the frame: a room's view can neither skip the tenant nor forget who may call it."""

from typing import Any

import pytest
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.decorators import action

from igny8_core.api.base import ViewFrame
from igny8_core.api.operations import operation_rule
from igny8_core.api.routers import RoomRouter
from igny8_core.auth.middleware import TENANTLESS_PATHS, is_tenantless
from igny8_core.console.base import PageView
from igny8_core.console.views.entrance import EntranceView
from igny8_core.modules.account.api.views import ProfileView, SiteViewSet

# Views outside /api/v1/, each with its reason.
OUTSIDE = {
    "api/schema/": "the description of the API",
    "api/docs/": "the description of the API",
    "livez/": "asked by the host",
    "readyz/": "asked by the host",
    "staff/": "the staff's site: across accounts on purpose, isolation/test_staff_site.py",
    "preview/": "finished files under an unguessable token, no database",
}


# What an @action, or as_view(), could replace for one route; everything else an initkwarg says is a name.
HARMLESS_OPTIONS = {"suffix", "basename", "detail", "name", "description", "schema", "throttle_scope"}


def _overrides(callback: Any) -> set[str]:
    """What a route replaces of its view's class: DRF takes it from @action(...) and from as_view(...)."""
    options = {**getattr(callback, "view_initkwargs", {}), **getattr(callback, "initkwargs", {})}
    return set(options) - HARMLESS_OPTIONS


def _routes(resolver: URLResolver, prefix: str = "") -> list[tuple[str, URLPattern]]:
    found = []
    for entry in resolver.url_patterns:
        path = prefix + str(entry.pattern).lstrip("^")
        found += _routes(entry, path) if isinstance(entry, URLResolver) else [(path, entry)]
    return found


ROUTES = _routes(get_resolver())


@pytest.mark.parametrize(("path", "route"), ROUTES, ids=[path for path, _ in ROUTES])
def test_route_goes_through_the_frame(path: str, route: URLPattern) -> None:
    if not path.startswith("api/v1/"):
        if not any(path.startswith(prefix) for prefix in OUTSIDE):
            _is_a_page(path, route.callback.view_class)
        return
    view = route.callback.cls
    assert issubclass(view, ViewFrame)
    assert _overrides(route.callback) == set(), "a route may not replace what its view's class says"
    scope = getattr(route.callback, "initkwargs", {}).get("throttle_scope", view.throttle_scope)
    assert scope in settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"]
    assert view.room == path.split("/")[2]
    if is_tenantless("/" + path):
        assert view.permission_classes == ()
    else:
        assert view.permission_classes == ViewFrame.permission_classes
        assert view.authentication_classes == ViewFrame.authentication_classes
    assert view.throttle_scope in settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"]


def _is_a_page(path: str, view: Any) -> None:
    """A page of the console: proves who somebody is, or names the operation of each method that it answers."""
    if is_tenantless("/" + path):
        assert issubclass(view, EntranceView)
        return
    assert issubclass(view, PageView)
    answered = {name.upper() for name in ("get", "post", "put", "patch", "delete") if hasattr(view, name)}
    assert set(view.operations) == answered, "every method of a page is an operation"
    for method in answered:
        assert operation_rule(view, method) is not None
    assert view.dispatch is PageView.dispatch
    assert view._admit is PageView._admit
    assert view._answer is PageView._answer


@pytest.mark.parametrize("name", ["permission_classes", "authentication_classes", "throttle_classes", "room"])
def test_override_of_one_action_or_route_is_found(name: str) -> None:
    class Loose(SiteViewSet):
        @action(detail=False, methods=["get"], **{name: ()})
        def open(self, request: Any) -> None: ...

    router = RoomRouter()
    router.register("loose", Loose, basename="loose")
    found = {route.name: _overrides(route.callback) for route in router.urls}
    assert found["loose-open"] == {name}
    assert found["loose-list"] == set()
    assert _overrides(ProfileView.as_view(**{name: ()})) == {name}


def test_tenantless_list_is_not_stale() -> None:
    served = ["/" + path for path, _ in ROUTES] + ["/" + settings.STATIC_URL.lstrip("/")]
    for prefix, reason in TENANTLESS_PATHS.items():
        assert reason
        assert any(path.startswith(prefix) for path in served), prefix


def test_rooms_cannot_override_what_the_frame_owns() -> None:
    from igny8_core.api.base import AccountModelViewSet

    for name in ("get_queryset", "get_object", "initial", "dispatch", "perform_create"):
        with pytest.raises(TypeError, match=name):
            type(
                "Loose",
                (AccountModelViewSet,),
                {name: lambda self: None, "__module__": "igny8_core.modules.x"},
            )
