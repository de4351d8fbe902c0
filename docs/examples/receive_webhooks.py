"""Receives webhooks of Panoptes: verifies them, drops repeats and prints each alert once.

    KEYS="whpk_…" python3 receive_webhooks.py

KEYS holds what you accept, separated by spaces: public keys (whpk_…), shared secrets (whsec_…), or
both during a change of keys. Public keys need the package `cryptography`; shared secrets need
nothing but Python's standard library.
"""

import base64
import hashlib
import hmac
import json
import os
import re
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOLERANCE_SECONDS = 300
MAX_BYTES = 1_000_000


def read_key(text):
    """Returns the version of the key's signatures, and a function that checks one."""
    prefix, _, encoded = text.partition("_")
    key = base64.b64decode(encoded, validate=True)
    if prefix == "whsec":

        def check(signature, signed):
            wanted = hmac.new(key, signed, hashlib.sha256).digest()
            return hmac.compare_digest(signature, wanted)

        return "v1", check
    if prefix == "whpk":
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        public_key = Ed25519PublicKey.from_public_bytes(key)

        def check(signature, signed):
            try:
                public_key.verify(signature, signed)
                return True
            except InvalidSignature:
                return False

        return "v1a", check
    raise SystemExit("A key must start with whsec_ or whpk_")


KEYS = [read_key(text) for text in os.environ.get("KEYS", "").split()]
if not KEYS:
    raise SystemExit("Set KEYS to the keys that you accept")


def is_genuine(headers, body):
    """Whether one of our keys has signed exactly these bytes, not long ago."""
    webhook_id = headers.get("webhook-id", "")
    timestamp = headers.get("webhook-timestamp", "")
    if not re.fullmatch(r"[0-9]{1,12}", timestamp):
        return False
    if abs(time.time() - int(timestamp)) > TOLERANCE_SECONDS:
        return False
    signed = f"{webhook_id}.{timestamp}.".encode() + body
    # There may be several signatures: of several keys, or of both kinds.
    for part in headers.get("webhook-signature", "").split(" "):
        version, _, encoded = part.partition(",")
        try:
            signature = base64.b64decode(encoded, validate=True)
        except ValueError:
            continue
        for own_version, check in KEYS:
            # A signature counts only for its own kind of key.
            if version == own_version and check(signature, signed):
                return True
    return False


# The ids of messages that are done; keep them in a database, for 90 days.
done = set()


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        length = int(self.headers.get("content-length", MAX_BYTES + 1))
        if length > MAX_BYTES:
            return self.answer(413)
        # The exact bytes: JSON that was parsed and written again has another signature.
        body = self.rfile.read(length)
        if not is_genuine(self.headers, body):
            return self.answer(401)
        webhook_id = self.headers["webhook-id"]
        if webhook_id not in done:
            message = json.loads(body)
            # json.dumps, since titles and names in an alert are chosen by others.
            if message["type"] == "alert.created":
                print(webhook_id, json.dumps(message["data"]["summary"]), flush=True)
            done.add(webhook_id)  # only now: what fails before is sent again
        return self.answer(204)

    def answer(self, status):
        self.send_response(status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format, *args):
        pass


if __name__ == "__main__":
    port = int(os.environ.get("PORT", 8000))
    server = ThreadingHTTPServer(("127.0.0.1", port), Receiver)
    print(f"Listening on http://127.0.0.1:{server.server_port}/", flush=True)
    server.serve_forever()
