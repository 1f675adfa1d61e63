"""Reads which models the installation uses; the only file of this floor that touches Django."""

from django.conf import settings

from igny8_core.ai.errors import ModelNotConfigured
from igny8_core.ai.types import ModelConfig


def model_config_default() -> ModelConfig:
    """The model named by LLM_BASE_URL, LLM_MODEL and LLM_API_KEY; raises ModelNotConfigured."""
    return _config(_setting("LLM_BASE_URL"), _setting("LLM_MODEL"), _setting("LLM_API_KEY"))


def embedding_config_default() -> ModelConfig:
    """The model named by EMBEDDING_MODEL, at EMBEDDING_BASE_URL with EMBEDDING_API_KEY, or where the language model is.

    Raises ModelNotConfigured: an installation without it has the vectors that it ships.
    """
    if not _setting("EMBEDDING_MODEL"):
        raise ModelNotConfigured("No embedding model is configured: set EMBEDDING_MODEL.")
    server = "EMBEDDING" if _setting("EMBEDDING_BASE_URL") else "LLM"
    return _config(_setting(f"{server}_BASE_URL"), _setting("EMBEDDING_MODEL"), _setting(f"{server}_API_KEY"))


def _config(base_url: str, model: str, api_key: str) -> ModelConfig:
    if not base_url or not model:
        raise ModelNotConfigured
    return ModelConfig(base_url=base_url, model=model, api_key=api_key)


def _setting(name: str) -> str:
    return str(getattr(settings, name, "") or "")
