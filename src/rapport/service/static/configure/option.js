// One option: what it is, what it adds, whether it can be had; choosing what cannot be had says why not.

import { make, say, set, show } from "./dom.js";
import { closeExplanation, openExplanation } from "./explanation.js";

const CHOSEN = new Set(["picked", "forced"]);
let made = 0;

/** Whether it is part of the configuration. */
export function chosen(option) {
  return CHOSEN.has(option.state);
}

/** The row of an option that nothing is known of yet. */
export function createOption(view, group) {
  made += 1;
  const single = group.most === 1;
  const note = make("span", { id: `note-${made}`, class: "note" });
  const input = make("input", {
    type: single ? "radio" : "checkbox",
    name: `group-${group.group}`,
    "aria-describedby": note.id,
    change: () => changed(view, row),
  });
  const row = make(
    "div",
    { class: "option", part: "option" },
    make(
      "label",
      {},
      input,
      make("span", { class: "picture" }),
      make("span", { class: "title" }),
      make("span", { class: "price" }),
    ),
    make(
      "div",
      { class: "under" },
      note,
      make("button", { type: "button", class: "why link", click: () => openExplanation(view, row) }),
    ),
  );
  return row;
}

/** Brings a row up to date. */
export function updateOption(view, row, group, option) {
  row.held = { group, option };
  const part = (name) => row.querySelector(`.${name}`);
  const input = row.querySelector("input");
  input.checked = chosen(option);
  set(input, "aria-disabled", option.state === "blocked" ? "true" : null);
  set(row, "data-state", option.state);
  picture(view, part("picture"), option);
  say(part("title"), option.title || option.option);
  say(part("price"), priceOf(view, group, option));
  say(part("note"), noteOf(view, option));
  show(part("note"), part("note").textContent !== "");
  const why = row.querySelector(".why");
  show(why, option.state === "blocked");
  say(why, view.words("why"));
  set(why, "aria-label", view.words("whyOf", { option: option.title || option.option }));
  if (option.state !== "blocked") closeExplanation(row);
}

/** What is said against an option among the shown reasons; empty where the server did not say. */
export function blockedBy(view, group, option) {
  return (view.answer.blocked || []).find((one) => one.group === group.group && one.option === option.option);
}

function changed(view, row) {
  const { group, option } = row.held;
  const input = row.querySelector("input");
  if (input.checked && option.state === "blocked") {
    restore(row);
    // Arrow keys only pass over it on their way; the space bar, a click or a tap ask for it.
    if (view.byArrow) view.announce(view.words("saidBlockedNow", said(view, row)));
    else openExplanation(view, row, { wanted: true });
  } else if (input.checked) {
    view.act({ pick: { group: group.group, option: option.option } });
  } else if (option.state === "forced") {
    input.checked = true;
    view.announce(`${option.title || option.option}: ${view.words("forced")}`);
  } else {
    view.act({ clear: { group: group.group, option: option.option } });
  }
}

/** Shows again what is really chosen in the group; focus stays where it is. */
function restore(row) {
  for (const other of row.parentElement.children) {
    const held = other.held;
    if (held) other.querySelector("input").checked = held.option ? chosen(held.option) : false;
  }
}

function said(view, row) {
  const { group, option } = row.held;
  const reasons = blockedBy(view, group, option)?.reasons || [];
  return { option: option.title || option.option, reason: reasons[0] ? `${reasons[0]} ` : "" };
}

function priceOf(view, group, option) {
  if (typeof option.price !== "number") return "";
  if (option.price > 0) return view.words("adds", { money: view.money(option.price) });
  if (option.price < 0) return view.words("takes", { money: view.money(-option.price) });
  return group.options.some((one) => one.price) ? view.words("included") : "";
}

function noteOf(view, option) {
  const words = view.words;
  const parts = [];
  if (option.state === "blocked") parts.push(blockedBy(view, option.of, option)?.reasons?.[0] || words("blocked"));
  if (option.state === "forced") parts.push(words("forced"));
  if (option.state === "refused") parts.push(words("refused"));
  if (option.state === "checking") parts.push(words("checking"));
  if (option.partner) parts.push(words("by", { partner: option.partner }));
  if (option.lead_days > 0) parts.push(words("days", { days: words.count(option.lead_days) }));
  if (option.state === "possible" && typeof option.from === "number" && (option.from || option.to)) {
    parts.push(words("from", { money: view.money(option.from) }));
  }
  return parts.join(" · ");
}

function picture(view, place, option) {
  const source = option.content?.picture;
  show(place, Boolean(source));
  if (!source || place.dataset.source === source) return;
  place.dataset.source = source;
  place.replaceChildren(make("img", { src: new URL(source, view.server).href, alt: "", loading: "lazy" }));
}
