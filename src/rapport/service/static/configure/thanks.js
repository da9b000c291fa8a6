// The end: what was taken, in words, and the way to begin again.

import { make, say } from "./dom.js";
import { button } from "./summary.js";

/** What is shown after the last step, with what updates it. */
export function createThanks(view) {
  const heading = make("h3", { tabindex: "-1" });
  const list = make("dl", {});
  const price = make("p", { class: "total" });
  const begin = button(view, "begin", "second", () => view.begin());
  const drawn = make("section", { class: "thanks", part: "thanks" }, heading, list, price, begin);
  const update = () => {
    const { answer, words } = view;
    const chosen = Object.entries(answer.choices || {}).map(([group, options]) => [
      view.titleOf(group),
      words.list([options].flat().map((option) => view.titleOf(group, option))),
    ]);
    say(heading, words("finished"));
    list.replaceChildren(...chosen.flatMap(([group, titles]) => [make("dt", {}, group), make("dd", {}, titles)]));
    say(price, `${words("price")} ${view.money(answer.price)}`);
    say(begin, words("begin"));
    heading.focus();
  };
  return { drawn, update };
}
