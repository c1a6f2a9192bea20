"""Where a message may go."""

import socket
from typing import Any

import pytest

from huixiang.channels.webhooks import address
from huixiang.kernel.errors import Refused

PUBLIC = "93.184.216.34"


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """A name server of the test's own; numbers are read by the machine itself."""
    known = {"example.com": [PUBLIC]}
    real = socket.getaddrinfo

    def look_up(host: str, port: int, **options: Any) -> Any:
        if host in known:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (number, port)) for number in known[host]]
        return real(host, port, flags=socket.AI_NUMERICHOST, **options)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return known


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/", "ftp://example.com/", "https://", "https://user:pw@example.com/", "example.com",
        "https://example.com:22/", "https://example.com:99999/", "https://exam ple.com/", "javascript:alert(1)",
        "file:///etc/passwd", "https://example.com/\r\nHost: x", "https://[::1", "https://" + "a" * 500,
    ],
)  # fmt: skip
def test_a_wrong_form_is_refused(url: str, names: Any) -> None:
    with pytest.raises(Refused):
        address.resolve(url)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "127.1", "2130706433", "0x7f.1", "0177.0.0.1", "10.0.0.8", "172.16.0.1", "192.168.1.1",
        "0.0.0.0",  # noqa: S104 - nobody listens, it is asked for
        "169.254.169.254", "100.64.0.1", "224.0.0.1", "255.255.255.255", "198.18.0.1", "192.0.2.1",
        "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:169.254.169.254]", "[fe80::1]", "[fc00::1]", "[fd00:ec2::254]",
        "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[::127.0.0.1]", "[ff02::1]",
    ],
)  # fmt: skip
def test_numbers_of_our_own_are_refused_however_they_are_written(host: str, names: Any) -> None:
    with pytest.raises(Refused):
        address.resolve(f"https://{host}/hook")


def test_a_name_that_leads_home_is_refused(names: dict[str, list[str]]) -> None:
    names["rebind.example.com"] = ["127.0.0.1"]
    names["half.example.com"] = [PUBLIC, "10.0.0.1"]
    for host in ("rebind.example.com", "half.example.com"):
        with pytest.raises(Refused) as refused:
            address.resolve(f"https://{host}/")
        assert "private" in str(refused.value.sentence) or "内" in str(refused.value.sentence)


def test_a_public_name_is_pinned_to_its_number(names: Any) -> None:
    found = address.resolve("https://example.com:8443/hook?a=1")
    assert (found.host, found.port, found.address) == ("example.com", 8443, PUBLIC)


def test_a_named_private_host_may_be_called(names: dict[str, list[str]], settings: Any) -> None:
    names["tickets.internal"] = ["10.0.0.8"]
    settings.WEBHOOK_PRIVATE_HOSTS = ["tickets.internal"]
    assert address.resolve("http://tickets.internal:8080/x").address == "10.0.0.8"
    with pytest.raises(Refused):
        address.resolve("ftp://tickets.internal/")
