"""The second validator: Python's jsonschema, which shares no code with Ajv or Zod. Reads a list of
{file, pointer, payloads} as JSON, and answers for each a list of verdicts, or why it has none."""

import json
import pathlib
import re
import sys

import jsonschema
import referencing
from openapi_schema_validator import OAS30Validator, OAS31Validator

documents = {}


def document(file):
    if file not in documents:
        documents[file] = json.loads(pathlib.Path(file).read_text())
    return documents[file]


def validator_of(doc):
    version = str(doc.get("openapi", ""))
    if version.startswith("3.0"):
        return OAS30Validator
    if version.startswith("3.1"):
        return OAS31Validator
    return jsonschema.validators.validator_for(doc, default=jsonschema.Draft202012Validator)


def beside(file):
    """What a schema of several files refers to lies beside it, whatever the address says."""

    def retrieve(uri):
        found = pathlib.Path(file).parent / re.split(r"[/#]", uri)[-1]
        return referencing.Resource.from_contents(
            json.loads(found.read_text()), default_specification=referencing.jsonschema.DRAFT7
        )

    return referencing.Registry(retrieve=retrieve)


def verdicts(asked):
    doc = document(asked["file"])
    schema = doc
    if asked["pointer"]:
        kept = {key: value for key, value in doc.items() if key in ("components", "definitions", "$schema")}
        schema = {**kept, "$ref": "#" + asked["pointer"]}
    validator = validator_of(doc)(schema, registry=beside(asked["file"]))
    return [validator.is_valid(payload) for payload in asked["payloads"]]


answers = []
for asked in json.load(sys.stdin):
    try:
        answers.append(verdicts(asked))
    except Exception as error:  # what it can't read is told, not judged
        answers.append(f"{type(error).__name__}: {error}"[:200])
json.dump(answers, sys.stdout)
