"""Parameters: asked once, kept in a file without secrets, checked before anything is made."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType

import pytest

from infrastructure import deploy, parameters, template
from infrastructure.account import Refused
from infrastructure.parameters import QUESTIONS, File, ask, problems, whole

OURS = template.ours()
SPEC = OURS["Parameters"]
SAID = {"MailFrom": "reviews@contoso.example", "FirstAdministrator": "ann@contoso.example"}


def answering(**answers: list[str]):
    """Somebody who gives these answers to these questions, one after the other, and else presses return."""
    asked: list[str] = []

    def answer(question: str) -> str:
        name = question.partition(" ")[0]
        asked.append(name)
        return answers[name].pop(0) if answers.get(name) else ""

    return answer, asked


def test_what_nobody_has_said_is_asked_until_it_can_be_used():
    answer, asked = answering(DefaultTimeZone=["Paris/France", "Europe/Paris"], MailFrom=["me", SAID["MailFrom"]])
    told: list[str] = []
    found = ask(
        SPEC,
        whole(SPEC, {}, {}) | {"FirstAdministrator": "ann@contoso.example"},
        {"FirstAdministrator"},
        answer,
        told.append,
    )
    assert (found["DefaultTimeZone"], found["MailFrom"]) == ("Europe/Paris", SAID["MailFrom"])
    assert asked.count("DefaultTimeZone") == 2 and "FirstAdministrator" not in asked
    assert any("time zone of the IANA database" in one for one in told)


def test_only_what_matters_is_asked():
    answer, asked = answering()
    values = whole(SPEC, SAID, {})
    ask(SPEC, values, set(SAID), answer, lambda _: None)
    assert "SignInMfa" in asked and not {"OidcAudience", "CertificateArn"} & set(asked)
    answer, asked = answering()
    ask(SPEC, values | {"OidcIssuer": "https://login.contoso.example"}, {*SAID, "OidcIssuer"}, answer, lambda _: None)
    assert "OidcAudience" in asked and "SignInMfa" not in asked


def test_every_question_is_a_parameter_and_says_what_it_is():
    assert set(QUESTIONS) - {"AlarmMail"} <= set(SPEC)
    assert all(SPEC[name]["Description"] for name in QUESTIONS if name in SPEC)


def test_the_command_line_counts_before_the_file_and_the_file_before_the_stack():
    found = whole(
        SPEC,
        {"UndoDays": "1"},
        {"UndoDays": "2", "Contact": "file"},
        {"UndoDays": "3", "Contact": "stack", "OidcClaim": "upn", "Old": "x"},
    )
    assert (found["UndoDays"], found["Contact"], found["OidcClaim"], found["SignInMfa"]) == (
        "1",
        "file",
        "upn",
        "OPTIONAL",
    )


def test_a_name_nobody_knows_is_refused():
    with pytest.raises(Refused, match="There is no parameter Organization"):
        whole(SPEC, {"Organization": "Contoso"}, {})


def test_the_file_comes_back_as_it_was_written(tmp_path: Path):
    odd = {"Organisation": 'Müller & "Söhne": # 1', "SignInMfa": "ON", "Contact": "", "EvidenceRetentionDays": "0365"}
    file = File(tmp_path / "deployments" / "live.yaml", "eu-central-1", dict(odd), {"team": "it"})
    file.write(SPEC)
    assert File.read(file.path) == file
    text = file.path.read_text(encoding="utf-8")
    assert "# OidcClaim:" in text and all(name in text for name in SPEC if name != "Stage")


def test_a_json_file_is_read_too(tmp_path: Path):
    path = tmp_path / "live.json"
    path.write_text('{"region": "eu-west-1", "parameters": {"UndoDays": 3}}', encoding="utf-8")
    assert File.read(path).parameters == {"UndoDays": "3"}


@pytest.mark.parametrize("text", ["[", "- a", "parameter: {}", "parameters: [a]", "parameters: {A: {B: c}}"])
def test_a_file_that_says_something_else_is_refused(tmp_path: Path, text: str):
    path = tmp_path / "live.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(Refused, match=r"live\.yaml"):
        File.read(path)


def test_no_parameter_is_a_secret():
    assert not [name for name, one in SPEC.items() if one.get("NoEcho") or "Secret" in name or "Password" in name]


def test_all_problems_are_told_at_once():
    values = whole(SPEC, SAID | {"DomainName": "a.example", "UndoDays": "x", "MailFrom": "y"}, {})
    said = " ".join(problems(OURS, values))
    assert all(word in said for word in ("MailFrom must", "UndoDays must be a whole number", "DomainName needs"))


def test_who_signs_in_to_a_pool_is_known_by_a_mail_address():
    assert "must be a mail address" in " ".join(
        problems(OURS, whole(SPEC, SAID | {"FirstAdministrator": "ann@corp"}, {}))
    )
    issuer = {"OidcIssuer": "https://login.contoso.example", "OidcAudience": "x", "FirstAdministrator": "ann@corp"}
    assert problems(OURS, whole(SPEC, SAID | issuer, {})) == []


def test_without_a_person_the_first_run_writes_a_file_to_fill_in(tmp_path: Path, monkeypatch, capsys):
    class Nothing:
        parameters = MappingProxyType({})
        name, is_new = "access-reviews-live", True

    class Here:
        region = "eu-central-1"

    monkeypatch.setattr(deploy, "begin", lambda options, region: (Here(), Nothing()))
    path = tmp_path / "live.yaml"
    assert deploy.main(["live", "--yes", "--file", str(path)]) == 2
    assert "Fill it in" in capsys.readouterr().err
    assert File.read(path) == File(path, "eu-central-1") and "# MailFrom:" in path.read_text(encoding="utf-8")
    assert parameters.meaning(SPEC["SignInMfa"]).endswith("One of: ON, OPTIONAL, OFF.")
