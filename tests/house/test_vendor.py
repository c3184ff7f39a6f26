"""What is vendored is what the lock says: name, version, licence, every file by its sha256."""

import hashlib
import json
import re
from pathlib import Path

MUSTER = Path(__file__).resolve().parents[2] / "muster"
VENDORS = [MUSTER / "commandpost" / "static" / "vendor", MUSTER / "fieldapp" / "static" / "field" / "vendor"]
PACKAGES = [
    (vendor, package)
    for vendor in VENDORS
    for package in json.loads((vendor / "vendor.lock").read_text(encoding="utf-8"))["packages"]
]


def test_every_file_is_unchanged() -> None:
    for vendor, package in PACKAGES:
        for file in package["files"]:
            content = (vendor / package["folder"] / file["path"]).read_bytes()
            assert hashlib.sha256(content).hexdigest() == file["sha256"], f"{package['name']}: {file['path']}"


def test_nothing_is_there_that_the_lock_does_not_name() -> None:
    for vendor in VENDORS:
        named = {f"{p['folder']}/{f['path']}" for v, p in PACKAGES if v == vendor for f in p["files"]}
        there = {path.relative_to(vendor).as_posix() for path in vendor.rglob("*") if path.is_file()}
        assert there == named | {"vendor.lock"}


def test_each_package_has_version_and_licence() -> None:
    for _, package in PACKAGES:
        assert re.fullmatch(r"\d+\.\d+\.\d+", package["version"])
        assert package["folder"].endswith(f"-{package['version']}")
        assert package["licence"]
        assert "LICENSE" in {file["path"] for file in package["files"]}


def test_nothing_vendored_looks_for_a_source_map_that_is_not_there() -> None:
    for path in (path for vendor in VENDORS for path in vendor.rglob("*.[cj]s*")):
        assert "sourceMappingURL" not in path.read_text(encoding="utf-8"), path.name
