"""Who signs: Bot Framework's keys, the token in the header, and a certificate for the https that msal asks for.

Decides what the public documents say. Must not know who checks them.
Shapes: RFC 7517; Bot Framework REST, "Authenticate requests from the Bot Connector service".
"""

import base64
import ipaddress
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from tests.bench import world

KEYS = 9
"""As many as Bot Framework's own document lists."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The signing key, and the folder of the files that services and load generator read."""

    folder: Path
    key: rsa.RSAPrivateKey

    def token(self, service_url: str) -> str:
        """Sign the header's token, which Teams uses again for an hour."""
        now = datetime.now(UTC)
        claims = {
            "iss": world.ISSUER,
            "aud": world.APP_ID,
            "serviceurl": service_url,
            "nbf": now - timedelta(minutes=1),
            "exp": now + timedelta(hours=1),
        }
        return jwt.encode(claims, self.key, algorithm="RS256", headers={"kid": "bench-0"})

    def write_activities(self, service_url: str) -> None:
        """Write the post, the press and their token; what stands between @ is filled in for each (NOW: desk time)."""
        for name, activity in (("post", world.post(service_url)), ("press", world.press(service_url))):
            (self.folder / f"{name}.json").write_text(json.dumps(activity), encoding="utf-8")
        (self.folder / "token").write_text(self.token(service_url), encoding="utf-8")


def make(folder: Path) -> Keys:
    """Make keys, their public document, a certificate for 127.0.0.1, and the desk's distance from real time."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    others = [rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(KEYS - 1)]
    document = {"keys": [_public(k, f"bench-{number}") for number, k in enumerate([key, *others])]}
    (folder / "jwks.json").write_text(json.dumps(document), encoding="utf-8")
    (folder / "tls.pem").write_bytes(_certificate(key))
    (folder / "offset").write_text(str(int((world.START - datetime.now(UTC)).total_seconds())), encoding="ascii")
    return Keys(folder, key)


def _public(key: rsa.RSAPrivateKey, kid: str) -> dict[str, Any]:
    numbers = key.public_key().public_numbers()
    return {
        "kty": "RSA",
        "use": "sig",
        "alg": "RS256",
        "kid": kid,
        "x5t": kid,
        "n": _base64url(numbers.n),
        "e": _base64url(numbers.e),
        "endorsements": ["msteams"],
    }


def _base64url(number: int) -> str:
    raw = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _certificate(key: rsa.RSAPrivateKey) -> bytes:
    """Sign a certificate for 127.0.0.1 with its own key; msal speaks https only."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + certificate.public_bytes(serialization.Encoding.PEM)
