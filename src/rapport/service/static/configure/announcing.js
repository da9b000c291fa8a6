// What a step changed, in a sentence: for those who do not see the page.

import { chosen } from "./option.js";

const NAMED_MAX = 4;

/** The price, what was settled along with it, what is not possible any more, what is again. */
export function changesSaid(view, before, after) {
  const { words } = view;
  const then = states(before);
  const now = [...states(after).values()];
  const told = [words("saidPrice", { money: view.money(after.price) })];
  const tell = (name, options) => {
    if (!options.length) return;
    const titles = options.slice(0, NAMED_MAX).map((one) => one.title || one.option);
    const rest = options.length - titles.length;
    told.push(words(name, { options: words.list(rest ? [...titles, `+${words.count(rest)}`] : titles) }));
  };
  const was = (one) => then.get(one.key)?.state;
  tell(
    "saidSettled",
    now.filter((one) => one.state === "forced" && was(one) && !chosen({ state: was(one) })),
  );
  tell(
    "saidBlocked",
    now.filter((one) => one.state === "blocked" && was(one) && was(one) !== "blocked"),
  );
  tell(
    "saidFree",
    now.filter((one) => one.state !== "blocked" && was(one) === "blocked"),
  );
  return told.join(" ");
}

function states(answer) {
  const all = (answer?.groups || []).flatMap((group) =>
    group.options.map((option) => ({ ...option, key: JSON.stringify([group.group, option.option]) })),
  );
  return new Map(all.map((one) => [one.key, one]));
}
