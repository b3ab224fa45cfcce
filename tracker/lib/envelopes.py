"""What a phone keeps while it has no network is sealed to this site: whoever holds the phone later cannot read it.

    newest = public_keys()[0]                        what a page hands to its phone: (id, key)
    text = open_envelope(key, number, envelope)      Unreadable, if no key of this site opens it

ECDH on P-256 with a key pair made for one envelope, HKDF-SHA-256, AES-256-GCM. An envelope is the sender's public key,
65 bytes, and the ciphertext, in base64url; its row's number and the key's id are bound to it. The AES key is used once,
so the nonce is all zeroes. Each private key is derived from one of settings.ENCRYPTION_KEYS: made by `setup`, renewed,
saved and restored with it, and an old one opens as long as it stands there (docs/adr/an-envelope-for-the-site.md).
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDH,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    derive_private_key,
)
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tracker.lib.encryption import Unreadable, keys_by_id

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of the curve's base point
POINT = 65  # bytes of a public key
NONCE = bytes(12)
OF_THE_KEY = b"nightlight envelope key 1"
OF_AN_ENVELOPE = b"nightlight envelope 1"


def public_keys() -> list[tuple[str, str]]:
    """The newest first: it seals."""
    return [(name, _text(_point(private.public_key()))) for name, private in _private_keys().items()]


def open_envelope(key: str, number: str, envelope: str) -> str:
    """What is in it. `key` and `number` are those of its row: under others it does not open."""
    private = _private_keys().get(key)
    if private is None:
        raise Unreadable(key[:8])
    try:
        sent = urlsafe_b64decode(envelope + "=" * (-len(envelope) % 4))
        sender = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), sent[:POINT])
        secret = private.exchange(ECDH(), sender)
        own = _derived(secret, 32, sent[:POINT] + _point(private.public_key()), OF_AN_ENVELOPE)
        return AESGCM(own).decrypt(NONCE, sent[POINT:], f"{key}.{number}".encode()).decode()
    except (ValueError, InvalidTag):
        raise Unreadable(key[:8]) from None


def private_key(secret: str) -> EllipticCurvePrivateKey:
    """The one that belongs to a key of ENCRYPTION_KEYS. 48 bytes, so that no number is likelier than another."""
    number = int.from_bytes(_derived(secret.encode(), 48, b"", OF_THE_KEY), "big")
    return derive_private_key(number % (ORDER - 1) + 1, SECP256R1())


def _private_keys() -> dict[str, EllipticCurvePrivateKey]:
    return _made_of(tuple(keys_by_id().items()))


@lru_cache(maxsize=4)
def _made_of(secrets: tuple[tuple[str, str], ...]) -> dict[str, EllipticCurvePrivateKey]:
    return {name: private_key(secret) for name, secret in secrets}


def _derived(secret: bytes, length: int, salt: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=purpose).derive(secret)


def _point(key: EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")
