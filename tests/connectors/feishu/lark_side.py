"""Feishu's own Python library at the other end, in a process of its own: it takes seconds to import.

python lark_side.py WHAT  < question in JSON  > answer in JSON
"""

import base64
import importlib.util
import json
import sys
import threading
import types
import warnings
from typing import Any

warnings.simplefilter("ignore")  # it still asks for pkg_resources


def light() -> None:
    """Import parts of the library without all of it: its package brings every interface there is."""
    for name in ("lark_oapi", "lark_oapi.ws"):
        spec = importlib.util.find_spec(name) if name == "lark_oapi" else None
        found = types.ModuleType(name)
        found.__path__ = (
            list(spec.submodule_search_locations or ())
            if spec
            else [f"{path}/ws" for path in sys.modules["lark_oapi"].__path__]
        )
        sys.modules[name] = found


def opens(asked: dict[str, Any]) -> list[str]:
    """Its decrypter on each text."""
    light()
    from lark_oapi.core.utils.decryptor import AESCipher  # noqa: PLC0415

    return [AESCipher(asked["key"]).decrypt_str(one) for one in asked["encrypts"]]


def frames(asked: dict[str, Any]) -> list[Any]:
    """Its generated code: what stands in each frame, and the bytes it makes of it again."""
    light()
    from lark_oapi.ws.pb.pbbp2_pb2 import Frame  # noqa: PLC0415

    told = []
    for one in asked["frames"]:
        frame = Frame()
        frame.ParseFromString(bytes.fromhex(one))
        headers = {header.key: header.value for header in frame.headers}
        fields = [
            frame.SeqID, frame.LogID, frame.service, frame.method, headers, frame.payload_encoding, frame.payload_type,
            base64.b64encode(frame.payload).decode(), frame.LogIDNew,
        ]  # fmt: skip
        told.append([fields, frame.SerializeToString().hex()])
    return told


def dispatches(asked: dict[str, Any]) -> list[Any]:
    """Its event dispatcher on each call: status, answer, and the messages it handed over."""
    import lark_oapi as lark  # noqa: PLC0415

    texts: list[str] = []
    handler = (
        lark.EventDispatcherHandler.builder(asked["key"], asked["token"])
        .register_p2_im_message_receive_v1(lambda data: texts.append(data.event.message.content))
        .build()
    )
    told: list[Any] = []
    for headers, body in asked["calls"]:
        request = lark.RawRequest()
        request.uri, request.headers, request.body = "/in", headers, body.encode()
        answer = handler.do(request)
        told.append([answer.status_code, answer.content.decode()])
    return [told, texts]


def sends(asked: dict[str, Any]) -> list[Any]:
    """Its client, sending to a person, to a group, and under a message."""
    from lark_oapi import Client  # noqa: PLC0415
    from lark_oapi.api.im.v1 import (  # noqa: PLC0415
        CreateMessageRequest,
        CreateMessageRequestBody,
        ReplyMessageRequest,
        ReplyMessageRequestBody,
    )

    client = Client.builder().app_id(asked["app_id"]).app_secret(asked["secret"]).domain(asked["domain"]).build()
    done = []
    for sort, to, content, uuid in asked["sends"]:
        if sort == "reply":
            body = ReplyMessageRequestBody.builder().content(content).msg_type("text").uuid(uuid).build()
            request = ReplyMessageRequest.builder().message_id(to).request_body(body).build()
            done.append(client.im.v1.message.reply(request).code)
            continue
        create = CreateMessageRequestBody.builder().receive_id(to).msg_type("text").content(content).uuid(uuid).build()
        asking = CreateMessageRequest.builder().receive_id_type(sort).request_body(create).build()
        done.append(client.im.v1.message.create(asking).code)
    return done


def listens(asked: dict[str, Any]) -> list[str]:
    """Its long connection: the messages of the first so many events."""
    import lark_oapi as lark  # noqa: PLC0415

    texts: list[str] = []
    enough = threading.Event()

    def taken(data: Any) -> None:
        texts.append(data.event.message.content)
        if len(texts) >= asked["number"]:
            threading.Timer(0.5, enough.set).start()  # the answer is still to be sent

    handler = lark.EventDispatcherHandler.builder("", "").register_p2_im_message_receive_v1(taken).build()
    client = lark.ws.Client(asked["app_id"], asked["secret"], event_handler=handler, domain=asked["domain"])
    threading.Thread(target=client.start, daemon=True).start()
    enough.wait(20)
    return texts


if __name__ == "__main__":
    what = {"opens": opens, "frames": frames, "dispatches": dispatches, "sends": sends, "listens": listens}
    real = sys.stdout
    sys.stdout = sys.stderr  # the library prints what it does
    json.dump(what[sys.argv[1]](json.load(sys.stdin)), real)
    real.flush()
    import os

    os._exit(0)  # its line has no end of its own
