"""The pages on games: what customers picked, and a game to play with a customer at the desk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from litestar import Response, get, post
from litestar.datastructures import State
from litestar.params import FromPath

from rapport.console import login, plot, present
from rapport.console.messages import CATALOGUES
from rapport.console.rendering import AnyRequest, Form, language_of, page, redirect, same_site, signed_in
from rapport.core.errors import InvalidInput, NotAllowed, NotFound
from rapport.core.preference import ANSWERS
from rapport.loop.deciding import game as playing
from rapport.loop.deciding.game import Before, Move
from rapport.loop.intake.fold import catch_up
from rapport.loop.reports.games import report
from rapport.loop.runtime import Runtime

VALUES_SHOWN: Final = 8
_decode_before = msgspec.json.Decoder(list[Before]).decode


@get("/games", guards=[signed_in], sync_to_thread=True)
def games(request: AnyRequest, state: State) -> Response[str]:
    """What customers picked."""
    return page(request, "games.html", **games_page(state.rt, CATALOGUES[language_of(request)]))


def games_page(rt: Runtime, words: Mapping[str, str]) -> dict[str, Any]:
    """Everything the page shows; where there are no games, why."""
    try:
        found = report(rt)["games"]
    except NotFound as error:
        return {"games": [], "why_not": str(error)}
    return {"games": [_game(one, words) for one in found], "why_not": ""}


def _game(one: Mapping[str, Any], words: Mapping[str, str]) -> dict[str, Any]:
    return {
        **one,
        "answers": [
            _bar(words[f"game_{answer}"], count, count / one["picks"] if one["picks"] else 0.0)
            for answer, count in one["answers"].items()
        ],
        "alike": words["game_alike"].format(share=_percent(one["answered_alike"]), repeats=one["repeated_pairs"])
        if one["answered_alike"] is not None
        else words["game_alike_unknown"].format(repeats=one["repeated_pairs"], least=one["repeats_min"]),
        "stated": [
            {
                "name": words[f"need_{need['need']}"],
                "said": words["game_sure"].format(sure=f"{need['sure']:,}", asked=f"{need['asked']:,}"),
                "values": [_bar(str(value["value"]), value["customers"], value["share"])
                           | {"confidence": _percent(value["confidence"])}
                           for value in need["values"][:VALUES_SHOWN]],
            }
            for need in one["stated"]
        ],
    }  # fmt: skip


def _bar(name: str, count: int, share: float) -> dict[str, Any]:
    return {"name": name, "count": f"{count:,}", "share": _percent(share),
            "bar": plot.bar([("good", share)], f"{name}: {_percent(share)}")}  # fmt: skip


def _percent(share: float) -> str:
    return f"{100 * share:.0f}%"


@get("/customers/{customer_id:str}/games/{name:str}", guards=[signed_in], sync_to_thread=True)
def play(request: AnyRequest, state: State, customer_id: FromPath[str], name: FromPath[str]) -> Response[str]:
    """The next pair for a customer at the desk."""
    told = playing.show(state.rt, name, {"id": customer_id})
    return _table(request, state, customer_id, told)


@post("/customers/{customer_id:str}/games/{name:str}", guards=[signed_in], sync_to_thread=True, status_code=200)
def take(
    request: AnyRequest, state: State, customer_id: FromPath[str], name: FromPath[str], data: Form
) -> Response[Any]:  # fmt: skip
    """Takes what the customer said. Raises ``NotAllowed`` for who may only look."""
    same_site(request)
    if not login.decider(state.rt, state.signer, request.cookies.get(login.COOKIE, "")):
        raise NotAllowed("this session may look, not enter", hint="sign in with a key that has the scope manage")
    picked = playing.pick(state.rt, name, _move(customer_id, data))
    if picked.saved is None:
        return _table(request, state, customer_id, picked.told)
    picked.saved.result()
    catch_up(state.rt)
    return redirect(f"/customers/{customer_id}/games/{name}")


def _move(customer_id: str, data: Mapping[str, str]) -> Move:
    if data.get("pick") not in ANSWERS or not data.get("number", "").isdecimal():
        raise InvalidInput("no pick", where="pick", hint="press one of the buttons")
    return Move(
        customer={"id": customer_id}, this=data.get("this", ""), that=data.get("that", ""),
        pick=data["pick"], number=int(data["number"]), before=_before(data.get("before", "[]")),  # type: ignore[arg-type]
    )  # fmt: skip


def _before(text: str) -> list[Before]:
    try:
        return _decode_before(text)
    except msgspec.MsgspecError as error:
        raise InvalidInput("picks that cannot be read", where="before", hint="begin the game again") from error


def _table(request: AnyRequest, state: State, customer_id: str, told: Mapping[str, Any]) -> Response[str]:
    words = CATALOGUES[language_of(request)]
    return page(
        request, "game.html", told=told, customer_id=customer_id,
        customer=present.names(state.rt, [customer_id]).get(customer_id, customer_id),
        before=msgspec.json.encode(told["before"]).decode(),
        progress=words["game_progress"].format(picks=told["picks"], most=told["picks_max"]),
        stated=[(words[f"need_{one['need']}"], [_bar(str(value["value"]), 0, value["confidence"])
                                                for value in one["values"][:VALUES_SHOWN]]) for one in told["stated"]],
        may_enter=bool(login.decider(state.rt, state.signer, request.cookies.get(login.COOKIE, ""))),
    )  # fmt: skip
