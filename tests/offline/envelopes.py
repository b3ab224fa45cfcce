"""An envelope as a phone makes it, for the tests of the site's side."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tracker.lib.envelopes import public_keys
from tracker.models import Child, User


def sealed(text: str, number: str, own: ec.EllipticCurvePrivateKey | None = None) -> dict[str, str]:
    """Written apart from the site's own code, by the words of docs/adr/an-envelope-for-the-site.md."""
    name, public = public_keys()[0]
    site = urlsafe_b64decode(public + "=")
    own = own or ec.generate_private_key(ec.SECP256R1())
    point = own.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    secret = own.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), site))
    how = {"algorithm": SHA256(), "length": 32, "salt": point + site, "info": b"nightlight envelope 1"}
    inside = AESGCM(HKDF(**how).derive(secret)).encrypt(bytes(12), text.encode(), f"{name}.{number}".encode())
    return {
        "number": number,
        "key": name,
        "envelope": urlsafe_b64encode(point + inside).decode().rstrip("="),
    }


def entry(
    child: Child, author: User, at: datetime, fields: dict[str, str], *, kind: str = "full", **more: Any
) -> dict[str, str]:
    number = str(more.pop("number", uuid4()))
    said = {
        "author": str(author.pk),
        "child": str(child.pk),
        "kind": kind,
        "number": number,
        "fields": list(fields.items()),
        "phone_at": at.timestamp() * 1000,
        "entered_at": at.timestamp() * 1000,
        **more,
    }
    return sealed(json.dumps(said, default=str), number)


def number_of(row: dict[str, str]) -> UUID:
    return UUID(row["number"])
