"""The files for containers say what the engines understand. tests/tools/boot.py builds the image and boots it."""

import json
import os
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft201909Validator, Draft202012Validator

from config.start import role
from deploy.healthy import is_healthy
from tests.support.fixtures_infra import BASE

VENDOR = BASE / "tests" / "support" / "vendor"
CONTAINERFILE = (BASE / "Containerfile").read_text()
COMPOSE = yaml.safe_load((BASE / "compose.yaml").read_text())
OURS = {name: about for name, about in COMPOSE["services"].items() if "build" in about}
MANIFESTS = sorted((BASE / "deploy" / "kubernetes").glob("*.yaml"))
READ = set(re.findall(r"env\.\w+\(\s*\"([A-Z_]+)\"", (BASE / "config" / "settings.py").read_text()))


def resources() -> Iterator[dict[str, Any]]:
    for file in MANIFESTS:
        yield from (
            found for found in yaml.safe_load_all(file.read_text()) if found["kind"] != "Kustomization"
        )


def pods() -> dict[str, dict[str, Any]]:
    return {
        found["metadata"]["name"]: found["spec"]["template"]["spec"]
        for found in resources()
        if "template" in found["spec" if "spec" in found else "metadata"]
    }


def containers() -> list[dict[str, Any]]:
    return [one for pod in pods().values() for one in pod["containers"] + pod.get("initContainers", [])]


class TestCompose:
    def test_is_what_compose_understands(self) -> None:
        schema = json.loads((VENDOR / "compose-spec.json").read_text())
        assert [error.message for error in Draft201909Validator(schema).iter_errors(COMPOSE)] == []

    def test_has_every_part_and_nobody_with_rights(self) -> None:
        assert {about["command"][0] for about in OURS.values()} == {"setup", *role.PARTS}
        for name, about in OURS.items():
            assert (about["read_only"], about["cap_drop"], about["user"]) == (True, ["ALL"], "65532:65532"), (
                name
            )
            assert "state:/srv/state" in about["volumes"], name

    def test_the_answer_and_the_watch_wait_for_no_broker(self) -> None:
        assert "broker" not in OURS["web"]["depends_on"]
        assert "broker" not in OURS["nightwatch"]["depends_on"]


class TestKubernetes:
    def test_takes_each_manifest_and_knows_each_key(self) -> None:
        schema = json.loads((VENDOR / "kubernetes-1.33.json").read_text())
        for found in resources():
            of_kind = {"$ref": f"#/$defs/{schema['kinds'][found['kind']]}", "$defs": schema["$defs"]}
            wrong = [error.message for error in Draft202012Validator(of_kind).iter_errors(found)]
            assert wrong == [], found["metadata"]["name"]

    def test_the_kustomization_names_each_manifest(self) -> None:
        about = yaml.safe_load((BASE / "deploy" / "kubernetes" / "kustomization.yaml").read_text())
        assert {*about["resources"], "kustomization.yaml"} == {file.name for file in MANIFESTS}

    def test_has_every_part_and_nobody_with_rights(self) -> None:
        assert {one["args"][0] for one in containers() if one["image"] == "nightlight"} == {
            "setup",
            "manage",
            *role.PARTS,
        }
        for one in containers():
            about = one["securityContext"]
            assert about["readOnlyRootFilesystem"], one["name"]
            assert (about["allowPrivilegeEscalation"], about["capabilities"]) == (False, {"drop": ["ALL"]})
        for name, pod in pods().items():
            assert pod["securityContext"]["runAsNonRoot"], name
            assert not pod["automountServiceAccountToken"], name

    def test_each_part_shares_the_state_waits_for_the_setup_and_is_asked_how_it_is(self) -> None:
        for part in role.PARTS:
            pod = pods()[part]
            assert pod["initContainers"][0]["args"] == ["manage", "migrate", "--check"]
            (one,) = pod["containers"]
            assert {"startupProbe", "livenessProbe"} <= one.keys()
            assert "/srv/state" in {mount["mountPath"] for mount in one["volumeMounts"]}

    def test_and_compose_set_only_what_the_settings_read(self) -> None:
        (settings,) = (found["data"] for found in resources() if found["kind"] == "ConfigMap")
        for variables in (settings, *(about["environment"] for about in OURS.values())):
            assert set(variables) <= READ


class TestTheImage:
    def test_has_two_stages_a_number_for_a_user_and_a_health_check(self) -> None:
        assert len(re.findall(r"^FROM \$\{BASE\}", CONTAINERFILE, re.M)) == 2
        assert "\nUSER 65532:65532\n" in CONTAINERFILE
        assert "\nHEALTHCHECK " in CONTAINERFILE

    def test_copies_only_what_is_there_and_what_docker_is_given(self) -> None:
        copied = re.findall(r"^COPY (?!--from)(.+) \S+$", CONTAINERFILE, re.M)
        given = (BASE / ".dockerignore").read_text()
        for name in {word for line in copied for word in line.split()}:
            assert (BASE / name).exists(), name
            assert f"\n!{name.partition('/')[0]}\n" in given

    @pytest.mark.parametrize("part", role.PARTS)
    def test_starts_each_part(self, part: str) -> None:
        found = role.command(part)
        assert found[0] == sys.executable
        assert ("--bind" in found) == (part == "web")

    def test_starts_nothing_else(self) -> None:
        assert role.command("manage", "check", "--deploy")[1:] == ["manage.py", "check", "--deploy"]
        assert role.command("setup")[1:] == ["manage.py", "setup"]
        with pytest.raises(SystemExit, match="nightwatch"):
            role.command("sh")

    @pytest.mark.parametrize(("seconds", "lives"), [(0, True), (170, True), (200, False)])
    def test_is_healthy_while_its_part_lives(self, tmp_path: Path, seconds: int, lives: bool) -> None:
        alive = tmp_path / "alive"
        assert not is_healthy(alive, "9")  # nobody answers there
        alive.touch()
        then = time.time() - seconds  # by this process's clock: the one of the files may be another
        os.utime(alive, (then, then))
        assert is_healthy(alive, "9") == lives
