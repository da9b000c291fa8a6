"""Takes steps of one session without end, and tells which are on disk: ``python -m tests.durability.configurator``."""

from __future__ import annotations

import sys

import rapport


def main() -> None:
    with rapport.open(sys.argv[1]) as shop:
        window = shop.configure("window", customer={"userId": "ann"})
        print(window.session, flush=True)
        while True:
            for option in ("pine", "oak"):
                told = window.pick("frame", option)
                print(told["revision"], option, flush=True)


if __name__ == "__main__":
    main()
