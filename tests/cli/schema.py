"""usage: schema.py SCHEMA COMMAND < what the command printed with --json

Every line must be an object that SCHEMA allows for COMMAND. Says what does not fit, and ends with 1.
A text that is not UTF-8 stands under a key that ends in _b64: it is taken as the text that it stands for."""
import json
import sys

import jsonschema


def plain(value):
    if isinstance(value, list):
        return [plain(v) for v in value]
    if not isinstance(value, dict):
        return value
    return {k[:-4] if k.endswith("_b64") else k: "text" if k.endswith("_b64") else plain(v) for k, v in value.items()}


def main():
    with open(sys.argv[1], encoding="utf-8") as f:
        schema = json.load(f)
    jsonschema.Draft202012Validator.check_schema(schema)
    schema["$ref"] = "#/$defs/commands/" + sys.argv[2]
    validator = jsonschema.Draft202012Validator(schema)
    lines = sys.stdin.read().splitlines()
    bad = 0 if lines else 1
    if not lines:
        print("nothing was printed")
    for line in lines:
        value = plain(json.loads(line))
        errors = list(validator.iter_errors(value))
        if not errors:
            continue
        bad = 1
        print(line[:300])
        for branch in errors[0].context or errors:
            print("  ", list(branch.absolute_schema_path)[:2], list(branch.absolute_path), branch.message[:300])
    return bad


sys.exit(main())
