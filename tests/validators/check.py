"""Runs the official validators written in Python over exported files: check.py KIND FOLDER…

Prints one line a problem and exits with 1 when there is any; the last line counts the files seen.
"""

import contextlib
import http.server
import json
import os
import pathlib
import subprocess
import sys
import threading


def openapi(folder, problem):
    import yaml
    from openapi_spec_validator import OpenAPIV31SpecValidator

    found = sorted(folder.rglob("*.openapi.*"))
    for path in found:
        document = yaml.safe_load(path.read_text())
        for error in OpenAPIV31SpecValidator(document).iter_errors():
            problem(path, error.message)
    return len(found), bool(found)


def cfn(folder, problem):
    found = sorted(folder.rglob("cloudformation.template.json"))
    lint = pathlib.Path(sys.executable).parent / "cfn-lint"
    for path in found:
        # Warnings are about taste, such as a parameter that is not used.
        run = subprocess.run([lint, "--ignore-checks", "W", "--format", "parseable", "--template", path], capture_output=True, text=True)
        for line in run.stdout.splitlines():
            problem(path, line)
    return len(found), bool(found)


class Provider(http.server.ThreadingHTTPServer):
    """A provider of messages and answers, as the verifier asks for them over HTTP.

    One for all verifications, on a port it never lets go of: the verifier's own would look for a free port, close it
    and open it again, and another program may have it by then.
    """

    daemon_threads = True
    MESSAGES = "/messages"
    STATES = "/states"

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answers)
        self.messages, self.responses = {}, {}
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def port(self):
        return self.server_address[1]


class Answers(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == Provider.STATES:
            self.answer(200, {})
        elif self.path == Provider.MESSAGES:
            self.answer(200, self.server.messages[json.loads(body)["description"]])
        else:
            self.do_GET()

    def do_GET(self):
        self.answer(*self.server.responses[self.command, self.path.partition("?")[0]])

    def answer(self, status, value):
        body = b"" if value is None else json.dumps(value).encode()
        self.send_response(status)
        if body:
            self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def refused(path, pact, provider):
    """The descriptions of what a provider may not send by this pact.

    Anything else than a mismatch, such as a provider that is not reached, is an error of this check.
    """
    from pact import Verifier

    address = {"scheme": "http", "port": provider.port}
    verifier = Verifier(pact["provider"]["name"], host="127.0.0.1")
    verifier.add_transport(protocol="http", path="/", **address)
    verifier.add_transport(protocol="message", path=provider.MESSAGES, **address)
    verifier.state_handler(f"http://127.0.0.1:{provider.port}{provider.STATES}", teardown=False, body=True)
    verifier.set_request_timeout(60_000)
    verifier.add_source(path)
    # An execution that fails is told by its results, not by this error, which has no cause.
    with contextlib.suppress(RuntimeError):
        verifier.verify()
    results = verifier.results["interactionResults"]
    if len(results) != len(pact["interactions"]):
        sys.exit(f"{path}: {len(results)} of {len(pact['interactions'])} interactions were verified")
    out = set()
    for one in results:
        if one["result"] != "OK":
            if one["mismatch"]["type"] != "mismatches":
                sys.exit(f"{path}: {one['description']} was not verified: {one['mismatch']}")
            out.add(one["description"])
    return out


def pact(folder, problem):
    # It would send statistics of its use elsewhere.
    os.environ["PACT_DO_NOT_TRACK"] = "true"
    provider = Provider()
    verified = 0
    for path in sorted(folder.rglob("*.json")):
        document = json.loads(path.read_text())
        if not document.get("interactions"):
            continue
        verified += 1
        provider.messages, provider.responses = {}, {}
        # What to spoil, by description: the provider sends less than the pact asks for.
        spoil = {}
        for one in document["interactions"]:
            name = one["description"]
            if one["type"] == "Asynchronous/Messages":
                table, key, body = provider.messages, name, one["contents"]["content"]
                table[key] = body
                less = without_first(body)
            else:
                table, key = provider.responses, (one["request"]["method"], one["request"]["path"])
                status, body = one["response"]["status"], one["response"].get("body", {}).get("content")
                table[key] = (status, body)
                less = (500, body) if without_first(body) is None else (status, without_first(body))
            if less is not None:
                spoil[name] = (table, key, less)
        for name in sorted(refused(path, document, provider)):
            problem(path, f"a provider that sends the {name} the pact asks for is refused")
        for table, key, less in spoil.values():
            table[key] = less
        for name in sorted(set(spoil) - refused(path, document, provider)):
            problem(path, f"a provider that sends less of {name} than the pact asks for is accepted")
    return verified, verified > 0


def without_first(value):
    """An object without its first field, or none where there is nothing to leave out."""
    if isinstance(value, dict) and value:
        return dict(list(value.items())[1:])
    return None


def sarif(folder, problem):
    from jsonschema import Draft4Validator

    # The schema of OASIS, as Microsoft ships it with its SDK.
    schemas = pathlib.Path(__file__).parent / "node_modules/@microsoft/jest-sarif/lib/schemas"
    schema = json.loads((schemas / "sarif-2.1.0-rtm.5.json").read_text())
    Draft4Validator.check_schema(schema)
    validator = Draft4Validator(schema, format_checker=Draft4Validator.FORMAT_CHECKER)
    found = sorted(folder.rglob("*.sarif"))
    for path in found:
        for error in validator.iter_errors(json.loads(path.read_text())):
            problem(path, f"{'/'.join(map(str, error.absolute_path))}: {error.message}")
    return len(found), bool(found)


KINDS = {"sarif": sarif, "openapi": openapi, "cfn": cfn, "pact": pact}


def main():
    kind, folders = sys.argv[1], sys.argv[2:]
    bad = seen = 0

    def problem(path, message):
        nonlocal bad
        bad += 1
        print(f"{path}: {message}")

    for folder in folders:
        count, _ = KINDS[kind](pathlib.Path(folder), problem)
        seen += count
    print(f"{kind}: {seen} files, {bad} problems")
    sys.exit(1 if bad or not seen else 0)


if __name__ == "__main__":
    main()
