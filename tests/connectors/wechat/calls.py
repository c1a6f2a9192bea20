"""Calls as Tencent's platforms make them, made by libraries nobody here wrote; and the documentation's own."""

import json
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

from django.test import Client

from huixiang.channels.models import ChannelAccount
from huixiang.connectors.wechat_crypto import encrypted, signature

HERE = Path(__file__).parent
VECTORS: dict[str, Any] = json.loads((HERE / "fixtures" / "vectors.json").read_text(encoding="utf-8"))
TOKEN, KEY = "HuixiangToken2026", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"


def other_side(*wanted: dict[str, Any]) -> list[Any]:
    """What the node libraries make of each wish; one process for all."""
    done = subprocess.run(
        [shutil.which("node") or "node", "--no-deprecation", str(HERE / "other_side.cjs")],
        input=json.dumps(wanted), capture_output=True, text=True, timeout=30, check=True,
    )  # fmt: skip
    found: list[Any] = json.loads(done.stdout)
    return found


def xml(**fields: Any) -> str:
    """A message as the platforms write it."""
    inside = "".join(
        f"<{name}>{value}</{name}>" if isinstance(value, int) else f"<{name}><![CDATA[{value}]]></{name}>"
        for name, value in fields.items()
    )
    return f"<xml>{inside}</xml>"


def post(
    account: ChannelAccount, text: str, receiver: str, *, token: str = TOKEN, key: str = KEY, age: int = 0,
    signed_as: str | None = None,
) -> tuple[int, str]:  # fmt: skip
    """One encrypted call at the account's address: status and answer. `signed_as`: another text is signed."""
    encrypt, at = encrypted(key, text, receiver), str(int(time.time()) - age)
    query = {
        "msg_signature": signature(token, at, "n-1", signed_as or encrypt), "timestamp": at, "nonce": "n-1",
    }  # fmt: skip
    return raw(account, query, xml(ToUserName=receiver, Encrypt=encrypt))


def raw(account: ChannelAccount, query: dict[str, str], body: str) -> tuple[int, str]:
    """A call at the account's address as it stands."""
    response = Client().post(f"/in/{account.kind}/{account.token}/", body, content_type="text/xml", query_params=query)
    return response.status_code, response.content.decode()


def get(account: ChannelAccount, query: dict[str, str]) -> tuple[int, str]:
    """An address check."""
    response = Client().get(f"/in/{account.kind}/{account.token}/", query)
    return response.status_code, response.content.decode()
