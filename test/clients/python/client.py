"""Google's Python library as a program uses it: whatever credentials it finds by itself.

    client.py USERINFO [SCOPE ...]

Each line of standard input is a step: `token`, `use` (asks who it is, with the library's own session), `refresh`.
Each is answered with one line of JSON. A token never leaves the process: its SHA-256 tells two of them apart.
"""

import hashlib
import json
import sys

import google.auth
from google.auth.transport.requests import AuthorizedSession, Request

address, *scopes = sys.argv[1:]
found = []


def credentials():
    if not found:
        found.append(google.auth.default(scopes=scopes or None)[0])
    return found[0]


def token():
    if not credentials().valid:
        credentials().refresh(Request())
    return {"token": fingerprint(credentials().token)}


def refresh():
    credentials().refresh(Request())
    return {"token": fingerprint(credentials().token)}


def use():
    answer = AuthorizedSession(credentials()).get(address, timeout=20)
    return {"status": answer.status_code, "email": answer.json().get("email")}


def fingerprint(text):
    return hashlib.sha256(text.encode()).hexdigest()


steps = {"token": token, "use": use, "refresh": refresh}
failed = False
for line in sys.stdin:
    try:
        answer = {"ok": True, **steps[line.strip()]()}
    except Exception as error:
        answer = {"ok": False, "error": f"{type(error).__name__}: {error}"}
    failed = not answer["ok"]
    print(json.dumps(answer), flush=True)
sys.exit(1 if failed else 0)
