// One step away: the suggested completion, the standard product, the variants that stand ready.

import { keyed, make, say, set, show } from "./dom.js";
import { button } from "./summary.js";

/** The cards, with what updates them. */
export function createReady(view) {
  const suggestion = createSuggestion(view);
  const heading = make("h3", {});
  const list = make("ul", { class: "cards" });
  const drawn = make("section", { class: "ready", part: "ready" }, suggestion.drawn, heading, list);
  const update = () => {
    const cards = [...standard(view), ...(view.answer.variants || [])];
    suggestion.update();
    say(heading, view.words("ready"));
    show(heading, cards.length > 0);
    keyed(
      list,
      cards,
      (card) => card.variant,
      () => createCard(view),
      (child, card) => updateCard(view, child, card),
    );
  };
  return { drawn, update };
}

function createSuggestion(view) {
  const heading = make("h3", {});
  const list = make("dl", {});
  const complete = button(view, "complete", "second", () => view.act({ complete: true }));
  const price = make("p", { class: "soft" });
  const drawn = make("div", { class: "suggestion", part: "suggestion" }, heading, list, price, complete);
  const update = () => {
    const { answer, words } = view;
    const added = answer.completion ? differing(view, answer.completion.choices) : [];
    show(drawn, added.length > 0);
    if (!added.length) return;
    say(heading, words(answer.personalized ? "suggestedYou" : "suggested"));
    list.replaceChildren(
      ...added.flatMap(([group, to, why]) => [
        make("dt", {}, group),
        make("dd", {}, to, " ", make("span", { class: "soft" }, why)),
      ]),
    );
    say(
      price,
      answer.completion.price ? words("inAll", { money: view.money(answer.completion.price) }) : "",
    );
    say(complete, words("complete"));
  };
  return { drawn, update };
}

/** What a completion chooses otherwise than the customer has: titles of group and options, and why. */
function differing(view, choices) {
  const now = view.answer.choices || {};
  return Object.entries(choices || {})
    .filter(([group, to]) => JSON.stringify([to].flat()) !== JSON.stringify([now[group] ?? []].flat()))
    .map(([group, to]) => [view.titleOf(group), named(view, group, to), because(view, group)]);
}

/** Where the suggestion for a group comes from. */
function because(view, group) {
  const found = (view.answer.completion.because || []).find((one) => one.group === group);
  return found && found.source !== "standard" ? view.words(`because_${found.source}`) : "";
}

function named(view, group, options) {
  const titles = [options ?? []].flat().map((option) => view.titleOf(group, option));
  return titles.length ? view.words.list(titles) : view.words("nothing");
}

function standard(view) {
  const found = view.answer.standard;
  return found ? [{ ...found, variant: "standard", title: view.words("standard") }] : [];
}

function createCard(view) {
  const take = button(view, "take", "second", () => view.act({ variant: card.held.variant }));
  const changes = make("details", {}, make("summary", {}), make("ul", {}));
  const card = make(
    "li",
    {},
    make("strong", {}),
    make("span", { class: "amount" }),
    changes,
    make("span", { class: "soft same" }),
    take,
  );
  return card;
}

function updateCard(view, card, held) {
  card.held = held;
  const { words } = view;
  const title = held.title || words("taken");
  const changes = held.changes || [];
  say(card.querySelector("strong"), title);
  say(card.querySelector(".amount"), held.price ? view.money(held.price) : "");
  say(
    card.querySelector("summary"),
    changes.length === 1 ? words("changeOne") : words("changes", { count: changes.length }),
  );
  show(card.querySelector("details"), changes.length > 0);
  say(card.querySelector(".same"), changes.length ? "" : words("same"));
  const told = changes.map(
    (one) => `${view.titleOf(one.group)}: ${named(view, one.group, one.from)} → ${named(view, one.group, one.to)}`,
  );
  card.querySelector("ul").replaceChildren(...told.map((one) => make("li", {}, one)));
  const take = card.querySelector("button");
  say(take, words("take"));
  set(take, "aria-label", words("takeOf", { title }));
  set(take, "aria-disabled", changes.length ? null : "true");
}
