"""Bodies of signing in and out."""

from typing import Any, ClassVar

from rest_framework import serializers

from igny8_core.api.serializers import InputSerializer
from igny8_core.auth.models import Account, User


class LoginInput(InputSerializer):
    """E-mail and password."""

    email = serializers.EmailField()
    password = serializers.CharField(trim_whitespace=False, max_length=200)


class RefreshInput(InputSerializer):
    """The refresh token of the last answer."""

    refresh = serializers.CharField(max_length=2000)


class PasswordInput(InputSerializer):
    """The current password and the one that replaces it."""

    old_password = serializers.CharField(trim_whitespace=False, max_length=200)
    new_password = serializers.CharField(trim_whitespace=False, max_length=200)


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
