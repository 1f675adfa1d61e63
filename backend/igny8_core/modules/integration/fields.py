"""The column type of a secret: ciphertext in the database, a sealed text on the row; plain text passes one way only."""

from typing import Any

from django.db import models

from igny8_core.modules.integration.secrets import SealedText, secret_seal


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]  # generic in the stubs alone
    """A text that is sealed for the row's account when the row is saved; read it with `secret_open`."""

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Seal a plain text that was assigned; an empty one stays empty."""
        value = getattr(model_instance, self.attname)
        if isinstance(value, str) and value:
            account_id: int = model_instance.account_id  # type: ignore[attr-defined]  # every tenant row has one
            value = secret_seal(value, account_id=account_id)
            setattr(model_instance, self.attname, value)
        return value

    def from_db_value(self, value: str | None, *_: Any) -> SealedText | str | None:
        """The sealed text; it is opened by whoever needs it, so that a lost key stops no list."""
        return SealedText(value) if value else value

    def to_python(self, value: Any) -> Any:
        """Leave a sealed text as it is."""
        return value if isinstance(value, SealedText) else super().to_python(value)

    def get_prep_value(self, value: Any) -> Any:
        """The ciphertext; raises TypeError for a plain text, which only a row's save can seal."""
        if isinstance(value, SealedText):
            return value.token
        if value:
            raise TypeError("A secret is assigned to a row and saved, never put into a query.")
        return super().get_prep_value(value)
