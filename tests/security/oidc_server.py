"""A small OpenID Connect server on loopback: oauthlib's server side over HTTP, with people who sign in at once."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from oauthlib.openid import RequestValidator, Server

CLIENT, SECRET = "huixiang", "a-client-secret"


class Rules(RequestValidator):  # type: ignore[misc]
    """One client; codes and tokens in memory."""

    def __init__(self, issuer: "Issuer") -> None:
        self.issuer = issuer
        self.codes: dict[str, dict[str, Any]] = {}
        self.tokens: dict[str, dict[str, Any]] = {}

    def validate_client_id(self, client_id: str, request: Any, *args: Any, **kwargs: Any) -> bool:
        return client_id == CLIENT

    def validate_redirect_uri(self, client_id: str, redirect_uri: str, request: Any, *args: Any, **kw: Any) -> bool:
        return urlsplit(redirect_uri).path == "/accounts/oidc/oidc/login/callback/"

    def validate_response_type(self, client_id: str, response_type: str, *args: Any, **kwargs: Any) -> bool:
        return response_type == "code"

    def validate_scopes(self, client_id: str, scopes: list[str], *args: Any, **kwargs: Any) -> bool:
        return set(scopes) <= {"openid", "profile", "email"}

    def validate_user_match(self, *args: Any, **kwargs: Any) -> bool:
        return True

    def is_pkce_required(self, client_id: str, request: Any) -> bool:
        return True

    def save_authorization_code(self, client_id: str, code: dict[str, str], request: Any, *a: Any, **kw: Any) -> None:
        self.codes[code["code"]] = {
            "claims": request.claims_of_person, "scopes": request.scopes, "redirect_uri": request.redirect_uri,
            "challenge": request.code_challenge, "method": request.code_challenge_method, "nonce": request.nonce,
        }  # fmt: skip

    def authenticate_client(self, request: Any, *args: Any, **kwargs: Any) -> bool:
        request.client = type("Client", (), {"client_id": CLIENT})()
        return (request.client_id, request.client_secret) == (CLIENT, SECRET)

    def validate_grant_type(self, client_id: str, grant_type: str, *args: Any, **kwargs: Any) -> bool:
        return grant_type == "authorization_code"

    def validate_code(self, client_id: str, code: str, client: Any, request: Any, *args: Any, **kwargs: Any) -> bool:
        kept = self.codes.get(code)
        if kept is None:
            return False
        request.scopes, request.claims_of_person = kept["scopes"], kept["claims"]
        request.user = kept["claims"]["sub"]
        return True

    def confirm_redirect_uri(self, client_id: str, code: str, redirect_uri: str, *args: Any, **kwargs: Any) -> bool:
        return bool(self.codes[code]["redirect_uri"] == redirect_uri)

    def get_code_challenge(self, code: str, request: Any) -> str:
        return str(self.codes[code]["challenge"])

    def get_code_challenge_method(self, code: str, request: Any) -> str:
        return str(self.codes[code]["method"])

    def get_authorization_code_scopes(self, client_id: str, code: str, redirect_uri: str, request: Any) -> list[str]:
        return list(self.codes[code]["scopes"])

    def get_authorization_code_nonce(self, client_id: str, code: str, redirect_uri: str, request: Any) -> Any:
        return self.codes[code]["nonce"]

    def invalidate_authorization_code(self, client_id: str, code: str, *args: Any, **kwargs: Any) -> None:
        del self.codes[code]

    def save_bearer_token(self, token: dict[str, Any], request: Any, *args: Any, **kwargs: Any) -> None:
        self.tokens[token["access_token"]] = request.claims_of_person

    def finalize_id_token(self, id_token: dict[str, Any], token: Any, token_handler: Any, request: Any) -> str:
        claims = {"iss": self.issuer.address, **request.claims_of_person}
        return jwt.encode({**id_token, **claims, "exp": id_token["iat"] + 600}, self.issuer.key, "RS256")

    def validate_bearer_token(self, token: str, scopes: list[str], request: Any) -> bool:
        request.claims_of_person = self.tokens.get(token)
        return token in self.tokens

    def get_userinfo_claims(self, request: Any) -> Any:
        return request.claims_of_person


class Issuer:
    """The server's state: its key, and who is signed in at it."""

    def __init__(self) -> None:
        self.address = ""
        self.person: dict[str, Any] = {}
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.rules = Rules(self)
        self.server = Server(self.rules)

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.address,
            **{
                f"{name}_endpoint": f"{self.address}/{name}" for name in ("authorization", "token", "userinfo")
            },
            "jwks_uri": f"{self.address}/jwks",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }

    def answer(self, method: str, uri: str, body: str, headers: dict[str, str]) -> tuple[dict[str, str], str, int]:
        path = urlsplit(uri).path
        if path == "/.well-known/openid-configuration":
            return {"Content-Type": "application/json"}, json.dumps(self.discovery()), 200
        if path == "/authorization":
            scopes, details = self.server.validate_authorization_request(uri, method, body, headers)
            details.pop("request")
            details["claims_of_person"] = self.person
            return self.server.create_authorization_response(uri, method, body, headers, scopes, details)  # type: ignore[no-any-return]
        if path == "/token":
            return self.server.create_token_response(uri, method, body, headers)  # type: ignore[no-any-return]
        return self.server.create_userinfo_response(uri, method, body, headers)  # type: ignore[no-any-return]


@contextmanager
def running() -> Iterator[Issuer]:
    """The server on a free port of this machine, until the block ends."""
    issuer = Issuer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.do_any("GET")

        def do_POST(self) -> None:
            self.do_any("POST")

        def do_any(self, method: str) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            headers, text, status = issuer.answer(method, issuer.address + self.path, body, dict(self.headers))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write((text or "").encode())

        def log_message(self, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        issuer.address = f"http://127.0.0.1:{http.server_port}"
        thread = threading.Thread(target=http.serve_forever, daemon=True)
        thread.start()
        yield issuer
        http.shutdown()
        thread.join()
