import json
import re
from io import StringIO

from django.core.management import call_command

from tests.support.fixtures_infra import BASE


def test_the_bill_names_every_package_once_and_what_others_made() -> None:
    out = StringIO()
    call_command("sbom", stdout=out)
    bill = json.loads(out.getvalue())
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    parts = {part["purl"]: part for part in bill["components"]}
    assert len(parts) == len(bill["components"])
    packages = re.findall(r"^[a-z].*?==", (BASE / "requirements.lock").read_text(), re.MULTILINE)
    assert sum(purl.startswith("pkg:pypi/") for purl in parts) == len(packages)
    assert {purl.split("@")[0] for purl in parts if "npm" in purl} == {"pkg:npm/bootstrap", "pkg:npm/lucide"}
    django = next(part for purl, part in parts.items() if purl.startswith("pkg:pypi/django@"))
    assert "BSD" in django["licenses"][0]["license"]["name"]
    assert bill["dependencies"] == [{"ref": "nightlight", "dependsOn": list(parts)}]
