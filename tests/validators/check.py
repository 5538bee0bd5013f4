"""Runs the official validators written in Python over exported files: check.py KIND FOLDER…

Prints one line a problem and exits with 1 when there is any; the last line counts the files seen.
"""

import json
import pathlib
import subprocess
import sys


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


def without(value, key):
    out = dict(value)
    out.pop(key)
    return out


def verify(path, pact, bodies):
    """True when a provider that sends these bodies by description keeps the pact."""
    from pact import Verifier

    only = dict(pact, interactions=[one for one in pact["interactions"] if one["description"] in bodies])
    copy = path.with_suffix(".messages")
    copy.write_text(json.dumps(only))

    def message(name, metadata):
        return {"contents": json.dumps(bodies[name]).encode(), "content_type": "application/json", "metadata": {}}

    try:
        verifier = Verifier(pact["provider"]["name"]).message_handler(message)
        verifier.state_handler(lambda *args, **kwargs: None, teardown=False)
        verifier.add_source(copy).verify()
        return True
    except RuntimeError:
        return False
    finally:
        copy.unlink()


def pact(folder, problem):
    found = sorted(folder.rglob("*.json"))
    verified = 0
    for path in found:
        document = json.loads(path.read_text())
        if "interactions" not in document:
            continue
        messages = [one for one in document["interactions"] if one["type"] == "Asynchronous/Messages"]
        good = {one["description"]: one["contents"]["content"] for one in messages}
        if not good:
            continue
        verified += 1
        if not verify(path, document, good):
            problem(path, "a provider that sends what the pact asks for is refused")
        first = next((name for name, body in good.items() if isinstance(body, dict) and body), None)
        if first is not None:
            body = good[first]
            bad = {first: without(body, next(iter(body)))}
            if verify(path, document, bad):
                problem(path, "a provider that leaves out a field is accepted")
    return verified, verified > 0


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
