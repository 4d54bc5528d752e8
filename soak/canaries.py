"""Things that must not be used and must not be found: a user's AWS account, his secrets; and the search for them."""

from __future__ import annotations

import re
import secrets
import stat
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tap.state.passphrase import PassphraseCrypter

# Made anew in each process: so they are in no file that was there before, this one least of all.
_MARK: Final = secrets.token_hex(8)
ACCESS_KEY_ID: Final = f"AKIA{_MARK.upper()}"
SECRET_ACCESS_KEY: Final = f"canary/key/{_MARK}/never/to/be/seen"
SESSION_TOKEN: Final = f"canary-token-{_MARK}-never-to-be-seen"
CONFIG_SECRET: Final = f"canary-config-secret-{_MARK}-never-to-be-seen"
PASSPHRASE: Final = f"canary-passphrase-{_MARK}-never-to-be-seen"

OF_THE_USER: Final = (ACCESS_KEY_ID, SECRET_ACCESS_KEY, SESSION_TOKEN)
"""What the user's AWS settings hold: not even a request may carry it."""

SECRETS: Final = (CONFIG_SECRET, PASSPHRASE)
"""What a run may work with, and must leave in no file."""

_ELSEWHERE: Final = "https://192.0.2.1"  # RFC 5737: an address that is nobody's


@dataclass(frozen=True)
class User:
    """A home folder full of settings that would lead elsewhere. environment: what such a user has exported besides."""

    home: Path
    environment: dict[str, str] = field(default_factory=dict)


def hostile_user(home: Path) -> User:
    """Writes the home folder, which must not be there yet."""
    credentials = (
        f"aws_access_key_id={ACCESS_KEY_ID}\naws_secret_access_key={SECRET_ACCESS_KEY}\n"
        f"aws_session_token={SESSION_TOKEN}\n"
    )
    config = f"region=eu-west-3\nendpoint_url={_ELSEWHERE}\n"
    files = {
        ".aws/credentials": f"[default]\n{credentials}[canary]\n{credentials}",
        ".aws/config": f"[default]\n{config}[profile canary]\n{config}",
        ".aws/models/ec2/2016-11-15/service-2.json": "{}",
        ".aws/models/endpoints.json": "{}",
        ".boto": f"[Credentials]\n{credentials}",
        ".pulumi/credentials.json": f'{{"current": "{_ELSEWHERE}", "accessTokens": {{"x": "{SESSION_TOKEN}"}}}}',
        ".netrc": f"machine 127.0.0.1 login {ACCESS_KEY_ID} password {SECRET_ACCESS_KEY}\n",
    }
    for name, text in files.items():
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o600)
    proxy = _ELSEWHERE.replace("https:", "http:")
    proxies = {name: proxy for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy")}
    return User(
        home,
        {
            **proxies,
            "AWS_PROFILE": "canary",
            "AWS_ACCESS_KEY_ID": ACCESS_KEY_ID,
            "AWS_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY,
            "AWS_SESSION_TOKEN": SESSION_TOKEN,
            "AWS_REGION": "eu-west-3",
            "AWS_DEFAULT_REGION": "eu-west-3",
            "AWS_ENDPOINT_URL": _ELSEWHERE,
            "AWS_ENDPOINT_URL_EC2": _ELSEWHERE,
            "PULUMI_ACCESS_TOKEN": SESSION_TOKEN,
            "PULUMI_BACKEND_URL": _ELSEWHERE,
        },
    )


def encrypted_config(key: str) -> dict[str, Any]:
    """A Pulumi.<stack>.yaml with the secret under that key, which PASSPHRASE opens."""
    crypter = PassphraseCrypter(lambda: PASSPHRASE)
    ciphertext = crypter.encrypt(CONFIG_SECRET)
    provider: Any = crypter.provider
    return {"encryptionsalt": provider["state"]["salt"], "config": {key: {"secure": ciphertext}}}


def found_in(texts: Iterable[str], content: bytes) -> list[str]:
    """Which of the texts the content holds, as they are or as JSON, URLs and base64 would write them."""
    return [text for text in texts if re.search(b"|".join(re.escape(form) for form in _forms(text)), content)]


def _forms(text: str) -> set[bytes]:
    from base64 import b64encode
    from urllib.parse import quote

    # What stands before it in a base64 text shifts it by one or two bytes.
    shifted = {b64encode(b"\0" * shift + text.encode())[4 * (shift > 0) : -4] for shift in range(3)}
    return {text.encode(), quote(text, safe="").encode(), text.replace("/", "\\/").encode(), *shifted}


def files_with(texts: Iterable[str], folders: Iterable[Path], besides: Iterable[Path] = ()) -> tuple[int, list[str]]:
    """(how many files were searched, "what: where" of what was found) below the folders, without those left out."""
    searched, found = 0, []
    left_out = tuple(besides)
    texts = tuple(texts)
    for folder in folders:
        for path in folder.rglob("*"):
            if any(path.is_relative_to(other) for other in left_out) or not stat.S_ISREG(path.lstat().st_mode):
                continue
            searched += 1
            found += [f"{text}: {path}" for text in found_in(texts, path.read_bytes())]
    return searched, found
