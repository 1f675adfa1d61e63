"""Reads which model the installation uses; the only file of this floor that touches Django."""

from django.conf import settings

from igny8_core.ai.errors import ModelNotConfigured
from igny8_core.ai.types import ModelConfig


def model_config_default() -> ModelConfig:
    """The model named by LLM_BASE_URL, LLM_MODEL and LLM_API_KEY; raises ModelNotConfigured."""
    base_url = str(getattr(settings, "LLM_BASE_URL", "") or "")
    model = str(getattr(settings, "LLM_MODEL", "") or "")
    if not base_url or not model:
        raise ModelNotConfigured
    return ModelConfig(
        base_url=base_url, model=model, api_key=str(getattr(settings, "LLM_API_KEY", "") or "")
    )
