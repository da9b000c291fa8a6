"""openfeature-provider-ofrep: prints what it resolved as JSON. Arguments: URL KEY."""

import json
import sys
from dataclasses import asdict

from openfeature import api
from openfeature.contrib.provider.ofrep import OFREPProvider
from openfeature.evaluation_context import EvaluationContext


def main() -> None:
    url, key = sys.argv[1:]
    api.set_provider(OFREPProvider(base_url=url, headers_factory=lambda: {"Authorization": f"Bearer {key}"}))
    client = api.get_client()
    ann = EvaluationContext("u1", {"country": "DE", "age": 30})
    resolved = {
        "object": client.get_object_details("homepage", {}, ann),
        "slashed": client.get_object_details("promo/home", {}, ann),
        "number": client.get_float_details("discount", -1.0, ann),
        "text": client.get_string_details("headline", "default", ann),
        "boolean": client.get_boolean_details("beta", False, ann),
        "nothing": client.get_float_details("members", -1.0, ann),
        "missing": client.get_string_details("nope", "default", ann),
        "nobody": client.get_string_details("headline", "default"),
    }
    print(json.dumps({name: asdict(details) for name, details in resolved.items()}, default=str))


if __name__ == "__main__":
    main()
