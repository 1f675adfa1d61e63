"""Bodies of signing in and out."""

from typing import Any, ClassVar

from rest_framework import serializers

from igny8_core.api.serializers import InputSerializer
from igny8_core.auth.models import Account, RefreshSession, User

PASSWORD_LENGTH = 200  # a longer one would only cost time


class _Password(serializers.CharField):
    """A password as it was typed."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(trim_whitespace=False, max_length=PASSWORD_LENGTH, **kwargs)


class _Code(serializers.CharField):
    """A code of the authenticator application, or a recovery code; needed with a second factor alone."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=40, **{"required": False, "allow_blank": True, "default": "", **kwargs})


class _Token(serializers.CharField):
    """The code of a mail."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=2000, **kwargs)


class LoginInput(InputSerializer):
    """E-mail and password, and with a second factor its code."""

    email = serializers.EmailField(max_length=254)
    password = _Password()
    code = _Code()


class RegistrationInput(InputSerializer):
    """Who wants an account; the password comes with the confirmation."""

    email = serializers.EmailField(max_length=254)
    name = serializers.CharField(max_length=120, required=False, allow_blank=True, default="")
    account_name = serializers.CharField(max_length=120)


class ConfirmationInput(InputSerializer):
    """The code of a mail, and the password to set."""

    token = _Token()
    password = _Password()


class ResetInput(InputSerializer):
    """Whose password to reset."""

    email = serializers.EmailField(max_length=254)


class AcceptanceInput(InputSerializer):
    """The code of an invitation, and who takes it up."""

    token = _Token()
    name = serializers.CharField(max_length=120, required=False, allow_blank=True, default="")
    password = _Password()


class ProofInput(InputSerializer):
    """The caller once more: password, and with a second factor its code."""

    password = _Password()
    code = _Code()


class CodeInput(InputSerializer):
    """The first code of a new authenticator."""

    code = serializers.CharField(max_length=40)


class ProfileInput(InputSerializer):
    """What a person may change of themselves."""

    name = serializers.CharField(max_length=120, required=False, allow_blank=True)


class SentOutput(serializers.Serializer[Any]):
    """That a mail is on its way, if there is anybody to send it to; the answer never tells."""

    sent_to = serializers.EmailField()


class SecondFactorState(serializers.Serializer[Any]):
    """Whether a code is needed to sign in, and how many recovery codes are left."""

    is_on = serializers.BooleanField()
    recovery_codes_left = serializers.IntegerField()


class SecondFactorOfferOutput(serializers.Serializer[Any]):
    """What an authenticator application needs, shown this once."""

    secret = serializers.CharField()
    address = serializers.CharField(help_text="The same as an otpauth:// address, for a QR code.")


class RecoveryCodesOutput(serializers.Serializer[Any]):
    """The recovery codes, shown this once; each works once."""

    recovery_codes = serializers.ListField(child=serializers.CharField())


class SessionSerializer(serializers.ModelSerializer[RefreshSession]):
    """One of the caller's sign-ins."""

    class Meta:
        model = RefreshSession
        fields = ("id", "kind", "user_agent", "created_at", "expires_at")
        read_only_fields = fields


class RefreshInput(InputSerializer):
    """The refresh token of the last answer."""

    refresh = _Token()


class PasswordInput(InputSerializer):
    """The current password and the one that replaces it."""

    old_password = _Password()
    new_password = _Password()
    code = _Code()


class AccountSummary(serializers.ModelSerializer[Account]):
    """The account that somebody is signed in to."""

    plan = serializers.SlugRelatedField[Any]("code", read_only=True)

    class Meta:
        model = Account
        fields = ("id", "name", "plan", "plan_status")


class UserOutput(serializers.ModelSerializer[User]):
    """A person as they see themselves."""

    account = AccountSummary(read_only=True)

    class Meta:
        model = User
        fields: ClassVar[tuple[str, ...]] = ("id", "email", "name", "role", "staff_role", "account")


class TokenOutput(serializers.Serializer[Any]):
    """A sign-in: the person and two tokens; access lives 15 minutes, refresh 7 days and is good once."""

    user = UserOutput()
    access = serializers.CharField()
    refresh = serializers.CharField()
