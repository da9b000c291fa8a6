// What it costs, what is left, and the steps that are always at hand: back, done.

import { make, say, set, show, usable } from "./dom.js";

/** The summary, with what updates it. */
export function createSummary(view) {
  const price = make("strong", { class: "amount", part: "price" });
  const range = make("span", { class: "soft range" });
  const count = make("span", { class: "soft count" });
  const lead = make("span", { class: "soft lead" });
  const pieces = make("input", { type: "number", min: "1", max: "1000000", value: "1", inputmode: "numeric" });
  const piecesName = make("span", {});
  const quantity = make("label", { class: "pieces" }, piecesName, pieces);
  const quoteName = make("summary", {});
  const quoteText = make("pre", {});
  const quote = make("details", { class: "quote", part: "quote" }, quoteName, quoteText);
  const undo = button(view, "undo", "second", () => view.undo());
  const finish = button(view, "finish", "", () => view.finish());
  const name = make("span", { class: "soft" });
  const drawn = make(
    "section",
    { class: "summary", part: "summary" },
    make("p", { class: "total" }, name, " ", price, " ", range),
    make("p", { class: "facts" }, count, lead),
    quantity,
    quote,
    make("p", { class: "buttons" }, undo, finish),
  );
  pieces.addEventListener("change", () => {
    view.pieces = Math.max(1, Math.trunc(Number(pieces.value)) || 1);
    view.act({});
  });
  const update = () => {
    const { answer, words } = view;
    set(drawn, "aria-label", words("price"));
    // Where nothing costs anything, as at a bank's machine, no price is told.
    const free = !answer.price && !answer.range?.high;
    say(name, free ? "" : words("price"));
    say(price, free ? "" : view.money(answer.price));
    say(range, rangeOf(view));
    say(count, countOf(view));
    const days = answer.lead_days;
    say(lead, days > 0 ? words("lead", { days: words.count(days) }) : "");
    show(quantity, view.quantity);
    say(piecesName, words("pieces"));
    show(quote, view.quantity && Boolean(answer.quote));
    say(quoteName, words("quote"));
    say(quoteText, answer.quote?.text || "");
    usable(undo, Boolean(answer.can_undo));
    say(undo, words("undo"));
    say(finish, words("finish"));
  };
  return { drawn, update };
}

/** A button that does nothing while it is said to be unusable. */
export function button(view, name, kind, act) {
  const made = make("button", { type: "button", class: kind, part: `button ${name}`, "data-name": name });
  made.addEventListener("click", () => {
    if (made.getAttribute("aria-disabled") !== "true") act();
  });
  return made;
}

function rangeOf(view) {
  const range = view.answer.range;
  if (view.answer.complete || !range || range.low === range.high) return "";
  return view.words("range", { low: view.money(range.low), high: view.money(range.high) });
}

function countOf(view) {
  const { answer, words } = view;
  // Who chooses among approved configurations alone has no combinations left.
  if (answer.rights !== "full") return "";
  if (answer.count === "1") return words("countOne");
  if (answer.count) return words("count", { count: words.count(answer.count) });
  return answer.count_about ? words("countAbout", { digits: answer.count_about }) : "";
}
