"""Writes src/reference/partitions.txt from the data folder of botocore."""
import json, sys
from pathlib import Path

def main(data, version, day):
    partitions = json.loads((data / "partitions.json").read_text())["partitions"]
    lines = [
        f"# Partitions of AWS, each with its DNS suffix, and behind it its regions; as of {day}.",
        f"# Source: botocore {version}, `partitions.json`. A pseudo region such as `aws-global` is no region and left out.",
    ]
    rank = {"aws": 0}
    for part in sorted(partitions, key=lambda part: (rank.get(part["id"], 1), part["id"])):
        lines.append(f'{part["id"]} {part["outputs"]["dnsSuffix"]}')
        lines += [f" {region}" for region in sorted(part["regions"]) if not region.endswith("-global")]
    return "\n".join(lines) + "\n"

if __name__ == "__main__":
    data, version, day = sys.argv[1:4]
    sys.stdout.write(main(Path(data), version, day))
