// What was put together, in words: where no configurator is shown, and after the last step.

import { make, say, set, show } from "./dom.js";
import { button } from "./summary.js";

/** The chosen options of each group, as a list of terms, with what updates it. */
export function createChosen(view) {
  const drawn = make("dl", {});
  const update = () => {
    const chosen = Object.entries(view.answer.choices || {}).map(([group, options]) => [
      view.titleOf(group),
      view.words.list([options].flat().map((option) => view.titleOf(group, option))),
    ]);
    drawn.replaceChildren(...chosen.flatMap(([group, titles]) => [make("dt", {}, group), make("dd", {}, titles)]));
  };
  return { drawn, update };
}

/** The finished product that a transparent way shows instead of a configurator, and one button to change it. */
export function createMade(view) {
  const chosen = createChosen(view);
  const change = button(view, "change", "second", () => view.change());
  const drawn = make("section", { class: "made", part: "made" }, chosen.drawn, change);
  const update = () => {
    const transparent = view.answer.way === "transparent";
    show(drawn, transparent);
    if (!transparent) return;
    chosen.update();
    say(change, view.words("change"));
  };
  return { drawn, update };
}

/** What is shown after the last step, and the way to begin again. */
export function createThanks(view) {
  const heading = make("h3", { tabindex: "-1" });
  const chosen = createChosen(view);
  const price = make("p", { class: "total" });
  const begin = button(view, "begin", "second", () => view.begin());
  const drawn = make("section", { class: "thanks", part: "thanks" }, heading, chosen.drawn, price, begin);
  const update = () => {
    const { answer, words } = view;
    set(drawn, "aria-label", words("finished"));
    say(heading, words("finished"));
    chosen.update();
    say(price, `${words("price")} ${view.money(answer.price)}`);
    say(begin, words("begin"));
    heading.focus();
  };
  return { drawn, update };
}
