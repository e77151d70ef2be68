"""An application with the printed settings of Django: its cache, and a session that lives through the failover."""

from importlib import import_module

import django
from application import played, settings
from django.conf import settings as django_settings

made = {key: value for key, value in settings().items() if key.isupper()}
django_settings.configure(**made)
django.setup()

from django.core.cache import cache  # noqa: E402 (Django wants its settings first)

store = import_module(django_settings.SESSION_ENGINE).SessionStore
session = store()
session["cart"] = ["ring"]
session.save()


def found(number: int) -> object:
    assert store(session_key=session.session_key)["cart"] == ["ring"]
    return cache.get(f"shop:{number}")


played(write=lambda number: cache.set(f"shop:{number}", number, timeout=None), found=found)
