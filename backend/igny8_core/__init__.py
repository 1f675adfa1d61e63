"""IGNY8: content-SEO operations for many accounts."""

from igny8_core.celery import app as celery_app

__all__ = ["celery_app"]
