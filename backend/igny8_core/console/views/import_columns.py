"""What the columns of an upload mean: shown with what stands in them, said by a person, read anew."""

from collections.abc import Mapping, Sequence
from typing import ClassVar
from uuid import UUID

from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from igny8_core.common.errors import DomainError, ErrorKind
from igny8_core.console.columns import complaint_of
from igny8_core.console.views.imports import ImportView, import_address
from igny8_core.modules.planner import services
from igny8_core.modules.planner.types import ImportPreview
from igny8_core.tenancy.context import tenant_transaction


class ImportMapView(ImportView):
    """Read an upload again, with what somebody says of its columns."""

    operations: ClassVar[Mapping[str, str]] = {"GET": "import_retrieve", "POST": "import_map"}

    def post(self, request: HttpRequest, site_id: UUID, import_id: UUID) -> HttpResponseBase:
        """Make the preview anew; what cannot be is said beside the columns, which stay as they were chosen."""
        preview = self.detail.preview
        chosen = fields_chosen(request.POST, preview)
        has_header = not request.POST.get("no_header")
        said = None if request.POST.get("as_found") else columns_said(chosen, preview, has_header=has_header)
        try:
            with tenant_transaction():  # a refusal takes back this much, and the page can still be read
                services.keyword_import_map(import_id, columns=said)
        except DomainError as error:
            if error.kind is not ErrorKind.INVALID:
                raise
            return self.show(chosen=chosen, has_header=has_header, complaint=complaint_of(error, chosen))
        return self.done(_("The file was read again."), import_address(site_id, import_id))


def fields_chosen(form: QueryDict, preview: ImportPreview | None) -> list[str]:
    """The field chosen for each column that a preview shows; "" for one to ignore."""
    return [
        form.get(f"column_{number}", "") for number, _column in enumerate(preview.columns if preview else ())
    ]


def columns_said(
    chosen: Sequence[str], preview: ImportPreview | None, *, has_header: bool
) -> dict[str, str | None] | list[str | None] | None:
    """The choices as the service takes them: by place without a header, else by name."""
    if preview is None or (has_header and not preview.has_header):
        return None  # the names of its columns are known once it is read with them
    fields = [field or None for field in chosen]
    if not has_header:
        return fields
    pairs = zip(preview.columns, fields, strict=True)
    return {column.name: field for column, field in pairs if not column.is_fixed}
