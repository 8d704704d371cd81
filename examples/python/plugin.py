"""What every backend plugin in Python has: errors, pages, the handshake, and an end with its host.

It is the same for each of them: copy it, and call serve.
"""

import contextlib
import itertools
import json
import os
import re
import shutil
import signal
import sys
import tempfile
import threading
import traceback
from concurrent import futures

import grpc
from google.protobuf import any_pb2
from google.rpc import status_pb2
from grpc_status import rpc_status

from s3credentials.backend.v1 import fault_pb2

COOKIE = ("S3_CREDENTIALS_PLUGIN", "6f1c2b0e-backend")
PROTOCOL_VERSION = 1
PAGE = 1000  # the most items that one message of a listing may carry


class Fault(Exception):
    """An error of the contract: one of the codes in fault.proto, and one sentence for a person.

    hint is one of the guide's. service is what the system answered, if it did: code, message, request_id, http_status.
    """

    def __init__(self, code, message, hint="", service=None):
        super().__init__(message)
        self.code, self.hint, self.service = code, hint, service


@contextlib.contextmanager
def faults(context):
    """Ends a call that fails with the status that the host understands: the nearest gRPC code, and a Fault in it."""
    try:
        yield
        return
    except Fault as error:
        fault = error
    except OSError as error:
        fault = Fault("Internal", f"the backend cannot use its files: {error.strerror}")
    except Exception:
        traceback.print_exc()  # to stderr, which the host logs
        fault = Fault("Internal", "the backend failed; run again with S3_CREDENTIALS_DEBUG=1")
    context.abort_with_status(rpc_status.to_status(status(fault)))


def status(fault):
    """The google.rpc.Status of a Fault."""
    message = fault_pb2.Fault(code=fault.code, message=str(fault))
    if fault.hint:
        message.hint = fault.hint
    if fault.service:
        message.service.CopyFrom(fault_pb2.Service(**fault.service))
    detail = any_pb2.Any()
    detail.Pack(message)
    # The codes have gRPC's names, but for two.
    name = {"Unsupported": "UNIMPLEMENTED", "Canceled": "CANCELLED"}.get(fault.code)
    name = name or re.sub(r"\B([A-Z])", r"_\1", fault.code).upper()
    return status_pb2.Status(code=grpc.StatusCode[name].value[0], message=str(fault), details=[detail])


def log(message, **fields):
    """Writes a line that a user sees with --debug, with those fields that are not None. No secrets."""
    if os.environ.get("S3_CREDENTIALS_LOG", "").lower() in ("debug", "trace"):
        line = {"@level": "debug", "@message": message}
        line.update((name, value) for name, value in fields.items() if value is not None)
        sys.stderr.write(json.dumps(line) + "\n")
        sys.stderr.flush()


def log_request(method, url, seconds, status=None, request_id=None, operation=None, code=None, error=None):
    """Logs a request to the system once it is answered, or given up: before the call of which it is a part ends.

    Headers and bodies are never logged; code is the system's own code of an error.
    """
    log(
        "request",
        method=method,
        url=url[:1500],
        operation=operation,
        status=status,
        code=code,
        ms=round(seconds * 1000, 3),
        request_id=request_id,
        error=error and str(error)[:300],
    )


def pages(items):
    """The items in lists that fit into one message each."""
    items = iter(items)
    while page := list(itertools.islice(items, PAGE)):
        yield page


def go_plugin_services(stop):
    """The two services of go-plugin's own that a host asks for: health, and the polite end."""

    def check(request, context):
        return bytes([0x08, 0x01])  # HealthCheckResponse{status: SERVING}

    def shutdown(request, context):
        stop.set()
        return b""

    for service, method, answer in (
        ("grpc.health.v1.Health", "Check", check),
        ("plugin.GRPCController", "Shutdown", shutdown),
    ):
        handlers = {method: grpc.unary_unary_rpc_method_handler(answer)}
        yield grpc.method_handlers_generic_handler(service, handlers)


def watch_host(stop):
    """Sets stop when the host is gone: a pipe whose other end it holds is then at its end."""
    lifeline = os.environ.get("S3_CREDENTIALS_LIFELINE_FD")
    if lifeline:
        threading.Thread(target=lambda: (os.read(int(lifeline), 1), stop.set()), daemon=True).start()


def serve(name, register):
    """Serves the backend NAME until its host ends it. register adds its services to the gRPC server that it is given."""
    if os.environ.get(COOKIE[0]) != COOKIE[1]:
        sys.exit(f"this is the plugin {name} of s3-credentials: put it into a folder of your PATH, where that finds it")
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    watch_host(stop)
    folder = os.environ.get("PLUGIN_UNIX_SOCKET_DIR") or tempfile.mkdtemp()
    address = os.path.join(folder, "plugin.sock")
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=32))
    register(server)
    server.add_generic_rpc_handlers(tuple(go_plugin_services(stop)))
    server.add_insecure_port("unix:" + address)
    server.start()
    # The handshake: go-plugin's own version, the contract's version, where the server is, and what it speaks.
    print(f"1|{PROTOCOL_VERSION}|unix|{address}|grpc", flush=True)
    stop.wait()
    server.stop(grace=1).wait()
    shutil.rmtree(folder, ignore_errors=True)
