"""HTTPS with a certificate that nobody has signed, and through a proxy."""

from __future__ import annotations

import base64
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from making.proxy import proxy
from making.wayward import Wayward, wayward
from rnninspect import UnreadableFile, inspect_file
from rnninspect.remote.https import connections

ONNX = (Path(__file__).resolve().parents[2] / "sample_models/onnx/basic_lstm.onnx").read_bytes()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for localhost and its key, in one file, signed by itself."""
    path = tmp_path_factory.mktemp("tls") / "own.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    places = ["-keyout", str(path), "-out", f"{path}.crt"]
    subprocess.run([*command, *names, *places], check=True, capture_output=True)
    with path.open("a") as file:
        file.write(Path(f"{path}.crt").read_text())
    return path


@pytest.fixture(scope="module")
def _secure(certificate: Path) -> Iterator[Wayward]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with wayward() as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        yield server


@pytest.fixture
def secure(_secure: Wayward) -> Wayward:
    """A server over TLS, which serves a model."""
    _secure.seen.clear()
    _secure.behave = lambda handler: handler.serve(ONNX)
    return _secure


@pytest.fixture(autouse=True)
def _certificates_anew() -> Iterator[None]:
    """Certificates are loaded once: each test, and those of other files, has its own."""
    connections._certificates.cache_clear()
    yield
    connections._certificates.cache_clear()


def url_of(server: Wayward, path: str = "/model.onnx") -> str:
    return f"https://localhost:{server.server_address[1]}{path}"


def call(url: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "rnninspect", url]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_a_certificate_that_nobody_signed_is_one_line(secure: Wayward) -> None:
    done = call(url_of(secure))
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert f"cannot verify the certificate of localhost:{secure.server_address[1]}" in line
    assert "self-signed" in line
    assert secure.seen == []


def test_a_certificate_of_another_name_is_refused(
    secure: Wayward, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", f"{certificate}.crt")
    with pytest.raises(UnreadableFile, match="cannot verify the certificate"):
        inspect_file(url_of(secure).replace("localhost", "127.0.0.1"))
    assert secure.seen == []


def test_a_certificate_that_the_user_trusts_is_accepted(
    secure: Wayward, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", f"{certificate}.crt")
    assert inspect_file(url_of(secure)).totals.parameters == 120
    assert call(url_of(secure)).returncode == 0


def test_a_proxy_connects_and_gets_its_own_login_alone(
    secure: Wayward, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", f"{certificate}.crt")
    with proxy() as running:
        monkeypatch.setenv("https_proxy", f"http://me:word@{running.address}")
        url = url_of(secure, "/secret.onnx?key=1").replace("://", "://user:pass@")
        assert inspect_file(url).totals.parameters == 120
    (head,) = running.asked
    assert head.startswith(f"CONNECT localhost:{secure.server_address[1]} HTTP/1.")
    login = base64.b64encode(b"me:word").decode()
    assert f"Proxy-Authorization: Basic {login}" in head
    assert "secret" not in head
    assert base64.b64encode(b"user:pass").decode() not in head
    (_, headers) = secure.seen[0]
    assert headers["Authorization"] == f"Basic {base64.b64encode(b'user:pass').decode()}"
    assert "Proxy-Authorization" not in headers


def test_no_proxy_is_used_where_the_environment_says_so(
    secure: Wayward, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", f"{certificate}.crt")
    with proxy() as running:
        monkeypatch.setenv("https_proxy", f"http://{running.address}")
        monkeypatch.setenv("no_proxy", "localhost")
        assert inspect_file(url_of(secure)).totals.parameters == 120
    assert running.asked == []
    assert len(secure.seen) == 1


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "407"),
        (b"HTTP/1.1 502 Bad Gateway\r\n\r\n", "502"),
        (b"\r\n", "failed|HTTP"),
    ],
)
def test_a_proxy_that_refuses_is_one_line(
    answer: bytes, reason: str, secure: Wayward, monkeypatch: pytest.MonkeyPatch
) -> None:
    with proxy(answer) as running:
        monkeypatch.setenv("https_proxy", f"http://{running.address}")
        with pytest.raises(UnreadableFile, match=reason) as caught:
            inspect_file(url_of(secure))
    assert "\n" not in str(caught.value)
    assert secure.seen == []


def test_credentials_cross_to_no_other_host_through_a_proxy(
    secure: Wayward, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", f"{certificate}.crt")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with wayward() as other, proxy() as running:
        other.socket = context.wrap_socket(other.socket, server_side=True)
        other.behave = lambda handler: handler.serve(ONNX)
        secure.behave = lambda handler: handler.answer(302, {"Location": url_of(other)})
        monkeypatch.setenv("https_proxy", f"http://{running.address}")
        assert inspect_file(url_of(secure).replace("://", "://user:pass@")).totals.parameters == 120
        ((_, first),), ((_, second),) = secure.seen, other.seen
    assert "Authorization" in first
    assert "Authorization" not in second
