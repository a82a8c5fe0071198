"""HTTPS for phones on the same network: a local certificate authority, made at first start, and how to trust it.

Service worker, camera and `__Host-` cookies need a secure context, and no public authority signs a private
address. The authority's key stays in the data folder and may sign only for this machine's own addresses.
"""

from __future__ import annotations

import html
import http.server
import io
import ipaddress
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import segno
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY_DAYS = 3650
SERVER_DAYS = 365  # browsers refuse server certificates of more than 398 days
PRIVATE = (
    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "127.0.0.0/8",
)  # fmt: skip


def lan_address() -> str:
    """This machine's address on its network, or 127.0.0.1 when it has none. Sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(
                ("192.0.2.1", 9)
            )  # a documentation address: connecting UDP only chooses a route
            address: str = probe.getsockname()[0]
        except OSError:
            return "127.0.0.1"
    return address


@dataclass(frozen=True)
class LanAddress:
    """Where phones find this machine, and the files that prove it."""

    host: str
    port: int
    authority: Path
    certificate: Path
    key: Path

    @classmethod
    def made(cls, data: Path, port: int, host: str | None = None) -> LanAddress:
        """Makes what is missing or out of date below `<data>/secrets/lan`."""
        host = host or lan_address()
        folder = data / "secrets" / "lan"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        made = cls(
            host, port, folder / "authority.crt", folder / f"{host}.crt", folder / f"{host}.key"
        )
        if not permits(made.authority, host):
            for old in folder.glob("*.crt"):
                old.unlink()
            make_authority(made.authority, folder / "authority.key", host)
        if not still_good(made.certificate):
            make_server(made, folder / "authority.key")
        return made

    @property
    def url(self) -> str:
        return f"https://{self.host}:{self.port}"

    @property
    def trust_url(self) -> str:
        return f"http://{self.host}:{self.port + 1}/"

    @property
    def health(self) -> str:
        return f"{self.url}/api/health"

    def hello(self) -> str:
        out = io.StringIO()
        segno.make(self.trust_url).terminal(out, compact=True)
        return (
            f"Ready: {self.url}\nPhones on this network: scan this, trust the certificate once, then open the address"
            f" above.\n{out.getvalue()}{self.trust_url}\n"
        )

    @contextmanager
    def trust_page(self) -> Iterator[None]:
        """Serves the page on how to trust the authority, over plain HTTP, on the next port."""
        server = http.server.ThreadingHTTPServer(("0.0.0.0", self.port + 1), handler(self))  # noqa: S104 - for phones
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield
        finally:
            server.shutdown()
            server.server_close()


def handler(address: LanAddress) -> type[http.server.BaseHTTPRequestHandler]:
    class TrustPage(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/pathfolio.crt":
                self.answer("application/x-x509-ca-cert", address.authority.read_bytes())
            elif self.path == "/":
                self.answer("text/html; charset=utf-8", page(address).encode())
            else:
                self.send_error(404)

        def answer(self, mime: str, body: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Type", mime)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the parent's name
            del format, args

    return TrustPage


def fingerprint(path: Path) -> str:
    """SHA-256 of the certificate as phones show it."""
    found = (
        x509.load_pem_x509_certificate(path.read_bytes()).fingerprint(hashes.SHA256()).hex().upper()
    )
    return ":".join(found[i : i + 2] for i in range(0, len(found), 2))


def page(address: LanAddress) -> str:
    out = io.BytesIO()
    segno.make(address.url).save(out, kind="svg", scale=5, xmldecl=False, border=2)
    steps = {
        "Android": (
            "Download the certificate below.",
            "Open Settings, search for \u201cCA certificate\u201d, choose Install anyway and pick the file.",
            "Open the address in Chrome.",
        ),
        "iPhone and iPad": (
            "In Safari, download the certificate below and allow it.",
            "Settings, General, VPN & Device Management: install the profile.",
            "Settings, General, About, Certificate Trust Settings: switch it on.",
            "Open the address in Safari.",
        ),
        "Chromebook or laptop": (
            "Download the certificate below.",
            "In Chrome open chrome://certificate-manager, Custom, Installed by you, Import.",
            "Open the address.",
        ),
    }
    ways = "".join(
        f"<h2>{name}</h2><ol>{''.join(f'<li>{html.escape(step)}</li>' for step in each)}</ol>"
        for name, each in steps.items()
    )
    return f"""<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Trust this Pathfolio</title>
<style>body{{font:1.1rem/1.5 system-ui;max-width:36rem;margin:auto;padding:1rem}}
a{{display:inline-block;padding:.6rem 1rem;border:2px solid;border-radius:.6rem}}code{{overflow-wrap:anywhere}}</style>
<h1>Trust this Pathfolio</h1>
<p>This computer made its own certificate, for this network only. Your phone has to be told once that it may trust it.
Remove it when you no longer use this Pathfolio.</p>
<p><a href="/pathfolio.crt">Download the certificate</a></p>{ways}
<p>The address: <a href="{address.url}">{address.url}</a></p>{out.getvalue().decode()}
<p>Its fingerprint, to compare with the one on the computer's screen:<br>
<code>{fingerprint(address.authority)}</code></p></html>"""


def permits(authority: Path, host: str) -> bool:
    """Is there an authority, and may it sign for this address?"""
    if not authority.exists():
        return False
    found = x509.load_pem_x509_certificate(authority.read_bytes())
    limits = found.extensions.get_extension_for_class(x509.NameConstraints).value
    networks = [each.value for each in limits.permitted_subtrees or []]
    return any(
        isinstance(network, ipaddress.IPv4Network) and ipaddress.ip_address(host) in network
        for network in networks
    )


def make_authority(certificate: Path, key: Path, host: str) -> None:
    """One for private networks; for `host` alone beside them, where a network uses other addresses."""
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [x509.NameAttribute(NameOID.COMMON_NAME, f"Pathfolio on {socket.gethostname()}"[:64])]
    )
    allowed = [ipaddress.ip_network(each) for each in PRIVATE]
    if not any(ipaddress.ip_address(host) in network for network in allowed):
        allowed.append(ipaddress.ip_network(host))
    networks = [x509.IPAddress(each) for each in allowed]
    own = [x509.DNSName("localhost"), x509.DNSName("local")]
    signed = (
        builder(name, name, private.public_key(), AUTHORITY_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.NameConstraints([*networks, *own], None), critical=True)
        .add_extension(usage(certificates=True), critical=True)
        .sign(private, hashes.SHA256())
    )
    write_secret(key, pem(private))
    certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))


def make_server(made: LanAddress, authority_key: Path) -> None:
    issuer = x509.load_pem_x509_certificate(made.authority.read_bytes())
    signer = serialization.load_pem_private_key(authority_key.read_bytes(), None)
    if not isinstance(signer, ec.EllipticCurvePrivateKey):
        raise TypeError(
            f"{authority_key} holds another kind of key; remove the folder and start again."
        )
    private = ec.generate_private_key(ec.SECP256R1())
    addresses = {made.host, "127.0.0.1"}
    names: list[x509.GeneralName] = [
        x509.IPAddress(ipaddress.ip_address(each)) for each in sorted(addresses)
    ]
    signed = (
        builder(x509.Name([]), issuer.subject, private.public_key(), SERVER_DAYS)
        .add_extension(
            x509.SubjectAlternativeName([*names, x509.DNSName("localhost")]), critical=True
        )
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage(certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(signer, hashes.SHA256())
    )
    write_secret(made.key, pem(private))
    made.certificate.write_bytes(
        signed.public_bytes(serialization.Encoding.PEM) + made.authority.read_bytes()
    )


def builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, days: int
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=days))
    )


def usage(*, certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not certificates,
        key_cert_sign=certificates,
        crl_sign=certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def still_good(certificate: Path) -> bool:
    """Is it there and good for another month?"""
    if not certificate.exists():
        return False
    found = x509.load_pem_x509_certificates(certificate.read_bytes())[0]
    return found.not_valid_after_utc > datetime.now(UTC) + timedelta(days=30)


def pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def write_secret(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
