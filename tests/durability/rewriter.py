"""A process for the tests that kill one: ``rewriter.py PLAY ROOT …`` says that it is ready, waits for a line, plays."""

from __future__ import annotations

import sys
from pathlib import Path

from rapport.bootstrap import opened
from rapport.loop.backups import backup, restore
from rapport.loop.privacy.erase import erase
from rapport.loop.runtime import Runtime


def play_erase(rt: Runtime, user: str) -> None:
    erase(rt, {"userId": user})


def play_backup(rt: Runtime) -> None:
    backup(rt)


def play_restore(rt: Runtime, file: str) -> None:
    restore(rt, Path(file))


PLAYS = {"erase": play_erase, "backup": play_backup, "restore": play_restore}

if __name__ == "__main__":
    with opened(sys.argv[2]) as rt:
        print("ready", flush=True)
        sys.stdin.readline()
        PLAYS[sys.argv[1]](rt, *sys.argv[3:])
        print("done", flush=True)
