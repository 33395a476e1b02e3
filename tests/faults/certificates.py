"""A throw-away authority and what it signs, made with the openssl program."""

import shutil
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2")
_NAMES = "subjectAltName=IP:127.0.0.1,DNS:localhost"


@dataclass(frozen=True)
class Certificates:
    """An authority nobody knows, what it signed for servers, and a certificate by nobody."""

    authority: Path
    signed: ssl.SSLContext
    for_another_name: ssl.SSLContext
    self_signed: ssl.SSLContext


def available() -> bool:
    """Tell whether there is an openssl program."""
    return shutil.which("openssl") is not None


def make(folder: Path) -> Certificates:
    """Make everything in a folder."""
    authority = _request(folder, "authority", "-x509", "-subj", "/CN=Some Company CA")
    own = _request(folder, "own", "-x509", "-subj", "/CN=127.0.0.1", "-addext", _NAMES)
    return Certificates(
        authority,
        _signed(folder, "here", _NAMES),
        _signed(folder, "elsewhere", "subjectAltName=DNS:elsewhere.example"),
        _context(own, folder / "own.key"),
    )


def _signed(folder: Path, name: str, names: str) -> ssl.SSLContext:
    wish = _request(folder, name, "-subj", f"/CN={name}", "-addext", names)
    signed = folder / f"{name}.signed.pem"
    _openssl(
        *("x509", "-req", "-in", wish, "-out", signed, "-days", "2"),
        *("-CA", folder / "authority.pem", "-CAkey", folder / "authority.key"),
        *("-CAcreateserial", "-copy_extensions", "copy"),
    )
    return _context(signed, folder / f"{name}.key")


def _request(folder: Path, name: str, *more: str) -> Path:
    made = folder / f"{name}.pem"
    _openssl("req", *_KEY, "-keyout", folder / f"{name}.key", "-out", made, *more)
    return made


def _openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True, timeout=30)


def _context(certificate: Path, key: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context
