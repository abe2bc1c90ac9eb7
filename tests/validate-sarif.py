#!/usr/bin/env python3
"""Validates SARIF reports against the official schema, and their places against the files they are about.

    validate-sarif.py SCHEMA REPORT…

It needs the package `jsonschema`. Paths in a report are relative to the working directory.
"""

import json
import pathlib
import sys
import urllib.parse

import jsonschema


def regions(value):
    """Every physical location with a region, wherever it stands."""
    if isinstance(value, dict):
        if "region" in value and "artifactLocation" in value:
            yield value
        # what a fix deletes
        for own in value.get("replacements", []):
            yield {"artifactLocation": value["artifactLocation"], "region": own["deletedRegion"]}
        value = list(value.values())
    if isinstance(value, list):
        for own in value:
            yield from regions(own)


def misplaced(place):
    """What is wrong with a place: line and column must lead to the bytes that offset and length name."""
    path = urllib.parse.unquote(urllib.parse.urlsplit(place["artifactLocation"]["uri"]).path)
    content = pathlib.Path(path).read_bytes()
    region = place["region"]

    def offset(line, column):
        # a byte that is not UTF-8 is a column of its own
        lines = content.split(b"\n")
        before = sum(len(own) + 1 for own in lines[: line - 1])
        return before + len(lines[line - 1].decode("utf-8", "surrogateescape")[: column - 1].encode("utf-8", "surrogateescape"))

    start = offset(region["startLine"], region["startColumn"])
    end = offset(region["endLine"], region["endColumn"])
    if (start, end - start) != (region["byteOffset"], region["byteLength"]):
        return f"{path}: lines and columns lead to {start}..{end}, not where {region} says"
    return None


def complaints(schema, path):
    report = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
    validator = jsonschema.validators.validator_for(schema)
    validator.check_schema(schema)
    checker = validator(schema, format_checker=validator.FORMAT_CHECKER)
    yield from (f"{error.json_path}: {error.message}" for error in checker.iter_errors(report))
    places = [place for run in report["runs"] for place in regions(run["results"])]
    yield from filter(None, map(misplaced, places))
    results = sum(len(run["results"]) for run in report["runs"])
    print(f"{path}: {results} results, {len(places)} places")
    if not results:
        yield "holds no result, so it shows nothing"


def main():
    schema_path, *reports = sys.argv[1:]
    if not reports:
        sys.exit("there is nothing to validate")
    schema = json.loads(pathlib.Path(schema_path).read_text(encoding="utf-8"))
    wrong = [f"{path}: {complaint}" for path in reports for complaint in complaints(schema, path)]
    if wrong:
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
