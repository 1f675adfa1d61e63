"""Which language model the installation uses; never a secret."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from igny8_core.ai.config import model_config_default
from igny8_core.ai.errors import ModelNotConfigured
from igny8_core.modules.system.constants import EMBEDDED_MODEL
from igny8_core.modules.system.types import ModelInfo


def model_info() -> ModelInfo:
    """Which language model the installation uses; `embedded` is the one that ships, served on this machine."""
    try:
        config = model_config_default()
    except ModelNotConfigured:
        return ModelInfo(kind="none", host="", model="")
    host = _host(config.base_url)
    is_embedded = config.model == EMBEDDED_MODEL and _is_loopback(host)
    return ModelInfo(kind="embedded" if is_embedded else "external", host=host, model=config.model)


def _host(url: str) -> str:
    # The host alone: an address may carry a name and password in front of it, or a key in its query.
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
