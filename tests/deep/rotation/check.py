"""Checks what a rotation must never break, from files and the server alone.

Shares nothing with the implementation: Python, PyYAML, and processes of openssl and ssh-keygen.
One JSON request a line on stdin, one JSON answer a line on stdout:

  request  home, config         the user's home directory and the configuration file
           url, tenant, agent   the server
           token                an administrator's token, to look at the records
           start                what `"do": "picture"` answered before the rotation
           expected             "standing": in between, whatever was met
                                "retired":  a rotation came to its end
                                "before":   a rotation was undone
           exempt               numbers of invariants that do not apply, with the caller's reason
  answer   violations           a list of texts, each begins with the invariant's number in parentheses
           active               how many usable records the agent has

The invariants: (1) the key that the configuration names authenticates; (2) no private key is lost
whose public half is the only active one; (3) what is expected was reached; (4) no orphan on the
server, no public key twice; (5) never more than one active key above the start; (6) the
configuration parses and has kept comments, order and unknown keys.
"""

import base64
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request

import yaml

TOOLS = {"PATH": "/usr/local/bin:/usr/bin:/bin"}
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
PUBLIC = {}


def ask(request, method, path, body=None, token=None):
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = "Bearer " + token
        headers["x-tenant-id"] = request["tenant"]
    data = None if body is None else json.dumps(body).encode()
    call = urllib.request.Request(request["url"] + path, data=data, headers=headers, method=method)
    try:
        with OPENER.open(call, timeout=20) as answer:
            return answer.status, json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(errors="replace")


def records(request):
    """Every record of the agent: id, blob, usable."""
    found, next_page = [], None
    while True:
        query = "?limit=100" + ("&next_token=" + next_page if next_page else "")
        status, body = ask(request, "GET", "/api/v1/ssh-keys" + query, token=request["token"])
        if status != 200:
            raise RuntimeError(f"the server does not list its records: {status} {body}")
        page = body.get("keys", body.get("ssh_keys"))
        for record in page:
            if record.get("agent_id") == request["agent"]:
                found.append(
                    {
                        "id": record.get("key_id") or record.get("id"),
                        "blob": record["public_key"].split()[1],
                        "active": not record.get("revoked") and record.get("status", "active") == "active",
                    }
                )
        next_page = body.get("next_token") if page else None
        if not next_page:
            return found


def authenticates(request, private, key_id):
    """Challenge, signature by openssl, verification: the plain protocol. Says what was answered."""
    names = {"tenant_id": request["tenant"], "agent_id": request["agent"]}
    status, body = ask(request, "POST", "/api/v1/auth/agent/challenge", names)
    if status != 200:
        return status, body
    signed = subprocess.run(
        ["openssl", "dgst", "-sha256", "-sign", private],
        input=body["challenge"].encode(), capture_output=True, env=TOOLS,
    )
    if signed.returncode != 0:
        return 0, "openssl cannot sign with it: " + signed.stderr.decode(errors="replace").strip()
    response = base64.b64encode(signed.stdout).decode()
    return ask(
        request, "POST", "/api/v1/auth/verify",
        {**names, "key_id": key_id, "challenge": body["challenge"], "response": response},
    )


def public_of(path, content):
    """The blob of a private key file, or None where it is none."""
    if b"PRIVATE KEY-----" not in content:
        return None
    digest = hashlib.sha256(content).digest()
    if digest not in PUBLIC:
        with tempfile.NamedTemporaryFile() as copy:
            # A copy: ssh-keygen looks at the mode, and nothing of the home may be changed for it.
            copy.write(content)
            copy.flush()
            told = subprocess.run(
                ["ssh-keygen", "-y", "-P", "", "-f", copy.name], capture_output=True, env=TOOLS, stdin=subprocess.DEVNULL
            )
        PUBLIC[digest] = told.stdout.decode().split()[1] if told.returncode == 0 else None
    return PUBLIC[digest]


def below(home):
    """Every file and link below the home."""
    found = {}
    for folder, _, names in os.walk(home):
        for name in names:
            path = os.path.join(folder, name)
            if os.path.islink(path):
                found[path] = {"link": os.readlink(path)}
            else:
                with open(path, "rb") as file:
                    found[path] = {"content": base64.b64encode(file.read()).decode(), "mode": os.stat(path).st_mode & 0o7777}
    return found


def content_of(entry):
    return base64.b64decode(entry["content"]) if "content" in entry else b""


def is_own(home, path):
    """What is artcafe's own memory, and no part of the identity: the state, the lock, the history."""
    name = os.path.relpath(path, home)
    base = os.path.basename(path)
    return "/state/" in name or base == "lock" or base.startswith(("audit", ".audit."))


def configuration(path, text=None):
    if text is None:
        with open(path, "rb") as file:
            text = file.read().decode()
    parsed = json.loads(text) if path.endswith(".json") else yaml.safe_load(text)
    if not isinstance(parsed, dict):
        raise ValueError("it is no mapping")
    return text, parsed


def key_of(home, parsed):
    """The private key's path and the key id that a configuration names."""
    key = ((parsed.get("auth") or {}).get("ssh_key")) or {}
    path = key.get("private_key_path") or "~/.ssh/artcafe_agent"
    return os.path.join(home, path[2:]) if path.startswith("~/") else path, key.get("key_id")


def without_key(value):
    """The configuration's members in order, without the two that a rotation changes."""
    if not isinstance(value, dict):
        return value
    return [(name, without_key(inner)) for name, inner in value.items() if name not in ("private_key_path", "key_id")]


def other_lines(text):
    """Each line; of those that a rotation changes, the name and the comment."""
    kept = []
    for line in text.splitlines():
        name = line.split(":")[0].strip().strip('"')
        if name == "key_id" and "#" not in line:
            continue
        if name in ("private_key_path", "key_id"):
            line = line.split(":")[0] + (" #" + line.split(" #", 1)[1] if " #" in line else "")
        kept.append(line)
    return kept


def picture(request):
    text, parsed = configuration(request["config"])
    found = records(request)
    path, key_id = key_of(request["home"], parsed)
    return {
        "config": text, "key_path": path, "key_id": key_id, "records": found,
        "active": sum(record["active"] for record in found), "files": below(request["home"]),
    }


def check(request):
    home, start, expected = request["home"], request["start"], request["expected"]
    files = below(home)
    found = records(request)
    active = [record for record in found if record["active"]]
    wrong = []
    blobs = {path: public_of(path, content_of(entry)) for path, entry in files.items()}
    blobs = {path: blob for path, blob in blobs.items() if blob}

    # (6) first: without a configuration nothing else can be told.
    try:
        text, parsed = configuration(request["config"])
    except (OSError, ValueError, yaml.YAMLError) as error:
        return {"violations": [f"(6) the configuration cannot be read: {error}"], "active": len(active)}
    _, parsed_before = configuration(request["config"], start["config"])
    if without_key(parsed) != without_key(parsed_before):
        wrong.append("(6) the configuration has lost, gained or reordered members")
    if other_lines(text) != other_lines(start["config"]):
        wrong.append("(6) the configuration has lost or changed lines that are no part of the rotation")

    # (1)
    path, key_id = key_of(home, parsed)
    status, said = authenticates(request, path, key_id) if os.path.exists(path) else (0, "there is no such file")
    if status != 200 or said.get("valid") is not True:
        wrong.append(f"(1) the configured key {key_id} at {path} does not authenticate: {status} {said}")

    # (2)
    held = set(blobs.values())
    if active and not any(record["blob"] in held for record in active):
        wrong.append("(2) the private half of every active key is lost")
    for record in active:
        if record["blob"] not in held and len(active) == 1:
            wrong.append(f"(2) {record['id']} is the only active key and its private half is lost")

    # (4) and (5)
    active_blobs = [record["blob"] for record in active]
    for blob in sorted(set(active_blobs)):
        if active_blobs.count(blob) > 1:
            wrong.append(f"(4) a public key is active {active_blobs.count(blob)} times: {blob[-16:]}")
    if len(active) > start["active"] + 1:
        wrong.append(f"(5) {len(active)} keys are active, {start['active']} were at the start")
    if expected != "standing":
        old_blob = public_of(start["key_path"], content_of(resolve(start["files"], start["key_path"])))
        others = {record["blob"] for record in start["records"] if record["active"]} - {old_blob}
        for record in active:
            if record["blob"] not in others and record["blob"] != blobs.get(os.path.realpath(path)):
                wrong.append(f"(4) {record['id']} is active, and it is not the configured key")
        if len(active) > max(start["active"], 1):
            wrong.append(f"(5) {len(active)} keys are left active, {start['active']} were at the start")
        journals = [name for name in files if "/state/rotations/" in name and name.endswith(".json")]
        if journals:
            wrong.append(f"(3) a rotation is still open: {journals}")

    # (3)
    if expected == "before":
        for name in sorted(set(files) | set(start["files"])):
            if not is_own(home, name) and files.get(name) != start["files"].get(name):
                how = "is new" if name not in start["files"] else "is gone" if name not in files else "differs"
                wrong.append(f"(3) {os.path.relpath(name, home)} {how} after going back")
        ids = lambda all_of: sorted(record["id"] for record in all_of if record["active"])
        if ids(found) != ids(start["records"]):
            wrong.append(f"(3) active after going back: {ids(found)}, before: {ids(start['records'])}")
    if expected == "retired":
        if (path, key_id) == (start["key_path"], start["key_id"]) or key_id == start["key_id"]:
            wrong.append("(3) the configuration still names the old key")
        old = resolve(start["files"], start["key_path"])
        for name, entry in files.items():
            if entry.get("content") == old.get("content"):
                wrong.append(f"(3) the old private key is still there: {os.path.relpath(name, home)}")
        plain = start.get("plain", start["key_path"])
        if not os.path.islink(plain) or os.path.realpath(plain) != os.path.realpath(path):
            wrong.append("(3) the plain name does not lead to the new key")
        if not os.path.islink(plain + ".pub") or os.path.realpath(plain + ".pub") != os.path.realpath(path) + ".pub":
            wrong.append("(3) the plain name's public half does not lead to the new one")
        with tempfile.NamedTemporaryFile() as copy:
            copy.write(content_of(old))
            copy.flush()
            for record in start["records"]:
                if record["blob"] == public_of(start["key_path"], content_of(old)):
                    status, said = authenticates(request, copy.name, record["id"])
                    if status != 401:
                        wrong.append(f"(3) the old key {record['id']} is not refused: {status} {said}")
    if expected != "standing":
        for name in sorted(files):
            base = os.path.basename(name)
            # The history's next line clears away what is left of its head.
            if base.startswith(".") and base.endswith((".tmp", ".link", ".new")) and not base.startswith(".audit."):
                wrong.append(f"(3) a temporary file is left: {os.path.relpath(name, home)}")
        for name, blob in sorted(blobs.items()):
            if name not in start["files"] and blob not in active_blobs:
                wrong.append(f"(3) a private key that nothing needs is left: {os.path.relpath(name, home)}")

    exempt = tuple(f"({number})" for number in request.get("exempt", []))
    return {"violations": [text for text in wrong if not text.startswith(exempt or "\0")], "active": len(active)}


def resolve(files, path):
    """The entry of a path in a picture, through links."""
    for _ in range(8):
        entry = files[path]
        if "link" not in entry:
            return entry
        path = os.path.normpath(os.path.join(os.path.dirname(path), entry["link"]))
    raise RuntimeError(f"too many links at {path}")


def main():
    os.environ.clear()
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = picture(request) if request.get("do") == "picture" else check(request)
        except Exception as error:  # A checker that cannot look must never look content.
            answer = {"violations": [f"(0) the checker failed: {type(error).__name__}: {error}"], "active": -1}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


main()
