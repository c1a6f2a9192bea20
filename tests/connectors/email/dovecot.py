"""A real Dovecot on the loopback: a random port, a configuration and mailboxes of its own, no privileges."""

import contextlib
import getpass
import imaplib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

PASSWORD = "授权码 abc".encode().hex()
CONFIG = """
base_dir = {place}/run
state_dir = {place}/run
log_path = {place}/log
protocols = imap
listen = 127.0.0.1
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
ssl = {ssl}
ssl_cert = <{place}/cert.pem
ssl_key = <{place}/key.pem
disable_plaintext_auth = no
mail_location = maildir:{place}/mail/%u
auth_failure_delay = 0
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={place}/home/%u
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
  }}
}}
service stats {{
  chroot =
}}
"""


def program() -> str:
    """Where Dovecot is; scripts/install-mail-server puts it there."""
    found = shutil.which("dovecot", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
    assert found, "Dovecot is missing: scripts/install-mail-server installs it"
    return found


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@dataclass(slots=True)
class Server:
    """One running server. Every user has the same password."""

    place: Path
    port: int
    tls_port: int
    user: str
    group: str
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        owner = {"user": self.user, "group": self.group, "extra_groups": []} if os.getuid() == 0 else {}
        command = [program(), "-F", "-c", str(self.place / "dovecot.conf")]
        self.process = subprocess.Popen(command, start_new_session=True, **owner)  # type: ignore[call-overload]
        until = time.monotonic() + 10
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=2) as line:
                if line.recv(200):
                    return
            assert time.monotonic() < until, (self.place / "log").read_text()
            time.sleep(0.03)

    def stop(self) -> None:
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait(10)
            self.process = None

    def put(self, user: str, mail: EmailMessage | bytes, *, folder: str = "INBOX") -> None:
        """Lay a mail into somebody's mailbox."""
        self.put_all(user, [mail if isinstance(mail, bytes) else mail.as_bytes()], folder=folder)

    def put_all(self, user: str, mails: list[bytes], *, folder: str = "INBOX") -> None:
        with imaplib.IMAP4("127.0.0.1", self.port) as line:
            line.login(user, PASSWORD)
            for mail in mails:
                status, said = line.append(folder, "", None, mail.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
                assert status == "OK", said


@contextlib.contextmanager
def running() -> Iterator[Server]:
    """A server that is gone afterwards, with all it kept."""
    user, group = ("nobody", "nogroup") if os.getuid() == 0 else (getpass.getuser(), str(os.getgid()))
    place = Path(tempfile.mkdtemp(prefix="mail-"))
    server = Server(place, free_port(), free_port(), user, group)
    ssl = _certificate(place)
    words = CONFIG.format(
        place=place, user=user, group=group, port=server.port, tls_port=server.tls_port, password=PASSWORD, ssl=ssl
    )
    (place / "dovecot.conf").write_text(words)
    (place / "run").mkdir()
    if os.getuid() == 0:
        for one in (place, place / "run", *place.iterdir()):
            shutil.chown(one, user, group)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(place, ignore_errors=True)


def _certificate(place: Path) -> str:
    """A certificate of nobody's for localhost: refused, unless a test says that it is to be trusted."""
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
               *names, "-days", "2", "-keyout", str(place / "key.pem"), "-out",
               str(place / "cert.pem")]  # fmt: skip
    made = subprocess.run(command, capture_output=True, check=False)
    return "yes" if made.returncode == 0 else "no"
