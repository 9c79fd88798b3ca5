"""The packages that are deployed: exactly the wheels of `wheels.txt`, without what nobody uses of them."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCK = Path(__file__).with_name("wheels.txt")
MACHINES = {"arm64": "aarch64", "x86_64": "x86_64"}  # what Lambda calls an architecture, and what wheels call it
PYTHONS = ("3.11", "3.12", "3.13", "3.14")  # for which wheels.txt has hashes: the runtimes of Lambda dev.py runs on
# Chalice's part that runs there is added by Chalice; boto3 is imported by nobody; cffi is asked for by cryptography,
# which needs its compiled half alone, and pycparser by cffi.
SPARE = ("chalice", "boto3", "s3transfer", "pycparser")
# The services whose clients the product makes, as botocore names them; tests/security/test_package.py holds them
# against the code.
SERVICES = (
    "cognito-idp",
    "dynamodb",
    "events",
    "iam",
    "identitystore",
    "kms",
    "s3",
    "secretsmanager",
    "sesv2",
    "sqs",
    "ssm",
    "sso-admin",
    "sts",
)
UNUSED = (
    "bin",
    "cffi",
    "*.dist-info",
    "*.data",
    "botocore/data/*/*/examples-1.json*",
    "botocore/data/dynamodb/2011-12-05",
    "dateutil/zoneinfo/dateutil-zoneinfo.tar.gz",
    "**/*.pyi",
    "**/*.c",
    "**/*.h",
    "**/py.typed",
)
_HEAD = """# Every package that is deployed, with the hashes of its wheels for both architectures and Lambda's Pythons.
# Made by `python3 dev.py package --lock` from requirements.txt; pip takes nothing else (--require-hashes).
"""


class CannotPackage(Exception):
    """There is no artefact to be made here; the message says why, in a sentence."""


def python() -> str:
    """The minor version of the interpreter that packages: the artefact is for this one, and so is its bytecode."""
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def _target(architecture: str, version: str) -> list[str]:
    """What tells pip to choose wheels for Lambda and not for this machine. Amazon Linux 2, on which Python 3.11 runs
    there, has glibc 2.26; what works on it works on its successor."""
    machine = MACHINES[architecture]
    platforms = [f"manylinux_2_{minor}_{machine}" for minor in range(17, 27)] + [f"manylinux2014_{machine}"]
    abis = (f"cp{version.replace('.', '')}", "abi3", "none")
    chosen = ["--only-binary", ":all:", "--implementation", "cp", "--python-version", version]
    return (
        chosen + [part for one in platforms for part in ("--platform", one)] + [p for a in abis for p in ("--abi", a)]
    )


def _pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", "-qq", "--disable-pip-version-check", "--no-input", *arguments]
    if subprocess.run(command, check=False, stdout=subprocess.DEVNULL).returncode:
        raise CannotPackage("pip could not get what wheels.txt names; what it said is above.")


def install(architecture: str, folder: Path) -> None:
    """Unpack the locked wheels for an architecture into a folder, and take away what nobody uses. Raises
    CannotPackage for a Python that Lambda does not have, or when pip cannot have a wheel or finds another hash."""
    if python() not in PYTHONS:
        raise CannotPackage(f"wheels.txt has wheels for Python {', '.join(PYTHONS)}; this is Python {python()}.")
    target = _target(architecture, python())
    _pip("install", "--no-deps", "--require-hashes", "--no-compile", "-r", str(LOCK), "--target", str(folder), *target)
    prune(folder)


def prune(folder: Path) -> None:
    """Take away what is never read: data of other services, metadata, examples, headers."""
    data = folder / "botocore" / "data"
    unknown = set(SERVICES) - {one.name for one in data.iterdir()}
    if unknown:
        raise CannotPackage(f"botocore has no data of {', '.join(sorted(unknown))}.")
    others = [one for one in data.iterdir() if one.is_dir() and one.name not in SERVICES]
    for one in [*others, *(found for pattern in UNUSED for found in folder.glob(pattern))]:
        if one.is_dir():
            shutil.rmtree(one)
        elif one.exists():
            one.unlink()


def wanted() -> list[str]:
    """The lines of requirements.txt that are deployed."""
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.partition("==")[0] not in SPARE]


def lock(folder: Path) -> None:
    """Write wheels.txt anew: what requirements.txt and its packages ask for, for every Python and architecture."""
    for version in PYTHONS:
        for architecture in MACHINES:
            _pip("download", "--dest", str(folder), *_target(architecture, version), *wanted())
    found: dict[str, set[str]] = {}
    for wheel in folder.glob("*.whl"):
        name, version = wheel.name.split("-")[:2]
        if name not in SPARE:
            digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
            found.setdefault(f"{name.replace('_', '-').lower()}=={version}", set()).add(digest)
    lines = (
        " \\\n".join([name, *(f"    --hash=sha256:{one}" for one in sorted(found[name]))]) for name in sorted(found)
    )
    LOCK.write_text(_HEAD + "\n".join(lines) + "\n", encoding="utf-8")
