// Why an option cannot be had with what was chosen, and what to give up to have it: opened below the option.

import { make, set } from "./dom.js";

/** Opens the explanation of a blocked option, which was chosen or only asked about; closes it where it is open. */
export async function openExplanation(view, row, { wanted = false } = {}) {
  if (row.querySelector(".explanation")) {
    closeExplanation(row);
    return;
  }
  const { group, option } = row.held;
  const title = option.title || option.option;
  const heading = make("p", { class: "heading", tabindex: "-1" }, view.words("reasonsOf", { option: title }));
  const body = make("div", {}, make("p", { class: "soft" }, view.words("loading")));
  const close = make("button", { type: "button", class: "link", click: () => leave(row) }, view.words("close"));
  const panel = make("div", { class: "explanation", role: "group" }, heading, body, close);
  set(panel, "aria-label", view.words("whyOf", { option: title }));
  panel.addEventListener("keydown", (event) => {
    if (event.key === "Escape") leave(row);
  });
  row.append(panel);
  set(row.querySelector(".why"), "aria-expanded", "true");
  heading.focus();
  const told = await view.explain(group.group, option.option, wanted);
  if (panel.isConnected) body.replaceChildren(...drawn(view, row, told));
}

/** Takes the explanation away. */
export function closeExplanation(row) {
  row.querySelector(".explanation")?.remove();
  set(row.querySelector(".why"), "aria-expanded", row.held?.option?.state === "blocked" ? "false" : null);
}

function leave(row) {
  closeExplanation(row);
  row.querySelector("input").focus();
}

function drawn(view, row, told) {
  const reasons = told.reasons || [];
  const alternatives = told.alternatives || [];
  const parts = [make("ul", {}, ...reasons.map((reason) => make("li", {}, reason)))];
  if (told.more) parts.push(make("p", {}, view.words("moreReasons", { count: told.more })));
  if (alternatives.length) {
    parts.push(make("p", {}, view.words("giveUp")));
    parts.push(make("ul", { class: "ways" }, ...alternatives.map((one) => make("li", {}, way(view, row, one)))));
  } else parts.push(make("p", {}, view.words("noWay")));
  return parts;
}

/** A button that has the option and gives up what stands in its way. */
function way(view, row, alternative) {
  const { group, option } = row.held;
  const picks = alternative.give_up.map((pick) => view.titleOf(pick.group, pick.option));
  const gives = picks.length ? view.words("giveUpOne", { picks: view.words.list(picks) }) : view.words("giveUpNothing");
  const price =
    typeof alternative.price === "number" ? view.words("inAll", { money: view.money(alternative.price) }) : "";
  const take = () => {
    row.querySelector("input").focus();
    view.exchange(alternative, { group: group.group, option: option.option });
  };
  return make(
    "button",
    { type: "button", click: take },
    make("span", {}, gives),
    make("span", { class: "soft" }, price),
  );
}
