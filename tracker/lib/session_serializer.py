"""What a session holds beyond who is signed in is encrypted: logs that wait for a login, a beginning, codes under way.

Names that begin with "_" are Django's own and stay readable, so that a lost key signs nobody out.
"""

import json
import logging
from collections.abc import Mapping
from typing import Any

from django.core.signing import JSONSerializer

from tracker.lib.encryption import Unreadable, decrypt, encrypt

log = logging.getLogger(__name__)

LOST = "lost"  # in a session: the names of what could not be opened
_ENCRYPTED, _NAMES = "_encrypted", "_names"


class Serializer(JSONSerializer):
    def dumps(self, obj: Mapping[str, Any]) -> bytes:
        secret = {name: value for name, value in obj.items() if not name.startswith("_")}
        stored = {name: value for name, value in obj.items() if name not in secret}
        if secret:
            stored |= {_ENCRYPTED: encrypt(json.dumps(secret)), _NAMES: sorted(secret)}
        return super().dumps(stored)

    def loads(self, data: bytes) -> dict[str, Any]:
        """One from before anything was encrypted is as it is."""
        stored = super().loads(data)
        secret, names = stored.pop(_ENCRYPTED, None), stored.pop(_NAMES, [])
        if secret is None:
            return stored
        try:
            return stored | json.loads(decrypt(secret))
        except Unreadable:
            log.error("session_unreadable")
            return stored | {LOST: names}
