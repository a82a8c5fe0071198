"""HTTPS for phones nearby: a certificate that a phone can trust, for this machine's addresses only."""

import http.client
import http.server
import ssl
import threading
import urllib.request
from pathlib import Path

import pytest
from cryptography import x509

from pathfolio.lan import LanAddress, fingerprint, permits


@pytest.fixture
def address(tmp_path: Path) -> LanAddress:
    return LanAddress.made(tmp_path, 0, "127.0.0.1")


def test_a_client_that_trusts_the_authority_accepts_the_server(address: LanAddress) -> None:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(address.certificate, address.key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    trusting = ssl.create_default_context(cafile=str(address.authority))
    url = f"https://127.0.0.1:{server.server_address[1]}/pyproject.toml"
    try:
        with urllib.request.urlopen(url, context=trusting) as answer:
            assert answer.status == 200
        with pytest.raises(urllib.error.URLError, match="CERTIFICATE_VERIFY_FAILED"):
            urllib.request.urlopen(url, context=ssl.create_default_context())
    finally:
        server.shutdown()
        server.server_close()


def test_an_address_that_is_not_private_is_the_only_other_one(tmp_path: Path) -> None:
    before = LanAddress.made(tmp_path, 0, "10.1.2.3")
    old = fingerprint(before.authority)
    address = LanAddress.made(tmp_path, 0, "203.0.113.7")
    assert fingerprint(address.authority) != old, "phones have to trust a wider one anew"
    assert permits(address.authority, "203.0.113.7")
    assert permits(address.authority, "10.1.2.3")
    assert not permits(address.authority, "203.0.113.8")
    kept = fingerprint(address.authority)
    for host in ("10.1.2.3", "203.0.113.7"):
        again = LanAddress.made(tmp_path, 0, host)
        assert fingerprint(again.authority) == kept
        trusts(again)


def trusts(address: LanAddress) -> None:
    """The server's certificate was signed by this very authority."""
    authority = x509.load_pem_x509_certificate(address.authority.read_bytes())
    server = x509.load_pem_x509_certificates(address.certificate.read_bytes())[0]
    server.verify_directly_issued_by(authority)


def test_a_second_start_keeps_the_authority_that_phones_trust(
    address: LanAddress, tmp_path: Path
) -> None:
    again = LanAddress.made(tmp_path, 0, "127.0.0.1")
    elsewhere = LanAddress.made(tmp_path, 0, "10.1.2.3")
    assert (
        fingerprint(again.authority)
        == fingerprint(address.authority)
        == fingerprint(elsewhere.authority)
    )


def test_the_authority_may_sign_for_private_addresses_only(address: LanAddress) -> None:
    authority = x509.load_pem_x509_certificate(address.authority.read_bytes())
    limits = authority.extensions.get_extension_for_class(x509.NameConstraints).value
    networks = [
        each.value for each in limits.permitted_subtrees or [] if isinstance(each, x509.IPAddress)
    ]
    assert networks
    assert not any(network.is_global for network in networks)


def test_the_keys_are_for_their_owner_only(address: LanAddress) -> None:
    assert address.key.stat().st_mode & 0o077 == 0
    assert (address.authority.parent / "authority.key").stat().st_mode & 0o077 == 0


def test_the_page_tells_how_to_trust_and_shows_the_fingerprint(tmp_path: Path) -> None:
    address = LanAddress.made(tmp_path, 18450, "127.0.0.1")
    with address.trust_page():
        text = fetched(address, "/").decode()
        certificate = fetched(address, "/pathfolio.crt")
    assert fingerprint(address.authority) in text
    assert certificate == address.authority.read_bytes()
    assert "<script" not in text


def fetched(address: LanAddress, path: str) -> bytes:
    connection = http.client.HTTPConnection(address.host, address.port + 1)
    try:
        connection.request("GET", path)
        return connection.getresponse().read()
    finally:
        connection.close()
