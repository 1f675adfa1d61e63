"""Proves how the installation's settings name the model."""

from types import SimpleNamespace

import pytest

from igny8_core.ai import config, errors
from igny8_core.ai.types import ModelConfig


def test_config_reads_the_three_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    named = SimpleNamespace(LLM_BASE_URL="http://127.0.0.1:1/v1", LLM_MODEL="m", LLM_API_KEY="k")
    monkeypatch.setattr(config, "settings", named)
    assert config.model_config_default() == ModelConfig(
        base_url="http://127.0.0.1:1/v1", model="m", api_key="k"
    )


@pytest.mark.parametrize(
    "values", [{}, {"LLM_BASE_URL": "http://127.0.0.1:1/v1"}, {"LLM_BASE_URL": "", "LLM_MODEL": "m"}]
)
def test_config_says_when_no_model_is_named(monkeypatch: pytest.MonkeyPatch, values: dict[str, str]) -> None:
    monkeypatch.setattr(config, "settings", SimpleNamespace(**values))
    with pytest.raises(errors.ModelNotConfigured) as caught:
        config.model_config_default()
    assert caught.value.code == "model_not_configured"
    assert not caught.value.is_retryable


SERVER = {"LLM_BASE_URL": "http://127.0.0.1:1/v1", "LLM_MODEL": "m", "LLM_API_KEY": "k"}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"EMBEDDING_MODEL": "e"}, ("http://127.0.0.1:1/v1", "e", "k")),
        (
            {"EMBEDDING_MODEL": "e", "EMBEDDING_BASE_URL": "http://127.0.0.1:2/v1"},
            ("http://127.0.0.1:2/v1", "e", ""),
        ),
    ],
)
def test_embedding_config_is_its_own_server_or_the_language_models(
    monkeypatch: pytest.MonkeyPatch, values: dict[str, str], expected: tuple[str, str, str]
) -> None:
    monkeypatch.setattr(config, "settings", SimpleNamespace(**SERVER, **values))
    named = config.embedding_config_default()
    assert (named.base_url, named.model, named.api_key) == expected


def test_embedding_config_is_none_without_a_model_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config, "settings", SimpleNamespace(**SERVER))
    with pytest.raises(errors.ModelNotConfigured):
        config.embedding_config_default()
