"""botocore's descriptions of services, shortened to what a client reads of them. As they come, they are a tenth of a
cold start: 1.3 MB say where hundreds of services have endpoints, and each description holds its own documentation."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any


def shorten(data: Path) -> None:
    """Shorten what lies in `botocore/data`: no documentation, and no endpoints but those of the services there."""
    prefixes = set()
    for packed in sorted(data.glob("*/*/service-2.json.gz")):
        described = _undocumented(json.loads(gzip.decompress(packed.read_bytes())))
        for one in described.get("clientContextParams", {}).values():
            one["documentation"] = ""  # the one place where botocore insists on it
        prefixes |= {described["metadata"]["endpointPrefix"], described["metadata"].get("signingName", "")}
        _write(packed.with_suffix(""), described)
        packed.unlink()
    endpoints = json.loads((data / "endpoints.json").read_text(encoding="utf-8"))
    for partition in endpoints["partitions"]:
        services = partition["services"]
        partition["services"] = {name: services[name] for name in services if name in prefixes}
    _write(data / "endpoints.json", endpoints)


def _undocumented(value: Any) -> Any:
    if isinstance(value, dict):  # a member of a shape may have the name: that is no text
        kept = {name: one for name, one in value.items() if name != "documentation" or not isinstance(one, str)}
        return {name: _undocumented(one) for name, one in kept.items()}
    return [_undocumented(one) for one in value] if isinstance(value, list) else value


def _write(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, separators=(",", ":")), encoding="utf-8")
