"""`python validate_crate.py CONTEXT CRATE...`: what the validator of RO-Crates finds wrong, a line each.

For the Python of its environment. The context of RO-Crate 1.1 is read from a file, so that no network is needed.
"""

import sys
from pathlib import Path

import requests
from rocrate_validator import models, services
from rocrate_validator.utils.http import HttpRequester

context, *crates = sys.argv[1:]


def get(url, **_):
    response = requests.Response()
    response.status_code = 200 if url == "https://w3id.org/ro/crate/1.1/context" else 404
    response._content = Path(context).read_bytes() if response.ok else url.encode()
    response.headers["Content-Type"] = "application/ld+json"
    return response


HttpRequester.get = staticmethod(get)
for crate in crates:
    settings = services.ValidationSettings(
        rocrate_uri=models.URI(crate),
        profile_identifier="provenance-run-crate-0.5",
        requirement_severity=models.Severity.REQUIRED,
    )
    for issue in services.validate(settings).get_issues():
        print(issue.severity.name, issue.check.identifier, issue.message)
