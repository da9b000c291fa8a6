// The groups of a product as fieldsets, in the server's order: those below an option only where that one is chosen.

import { keyed, make, say, set, show } from "./dom.js";
import { chosen, createOption, updateOption } from "./option.js";

/** Groups around the product beyond so many are folded until they are asked for. */
const AROUND_SHOWN = 3;

/** Draws all groups into `place`: those of the product itself, then those around it. */
export function drawGroups(view, place) {
  const groups = (view.answer.groups || []).filter((group) => present(view, group));
  const own = groups.filter((group) => !group.around);
  const around = groups.filter((group) => group.around);
  const next = nextOf(view);
  const folded = own.length > 0 && around.length > AROUND_SHOWN && !view.unfolded;
  const items = around.length && own.length ? [...own, { heading: true }, ...around] : [...own, ...around];
  keyed(
    place,
    items,
    (item) => (item.heading ? "heading" : `group ${item.group}`),
    (item) => (item.heading ? createHeading(view, () => drawGroups(view, place)) : createGroup(view)),
    (child, item) => {
      if (item.heading) updateHeading(view, child, around.length, folded);
      else {
        updateGroup(view, child, item, item.group === next?.group);
        show(child, !(folded && item.around));
      }
    },
  );
}

/** The group to choose from next: the most telling one in a conversation, else the first that is not decided. */
export function nextOf(view) {
  const groups = (view.answer.groups || []).filter((group) => present(view, group));
  const open = groups.filter((group) => group.state === "open" && group.least > 0);
  return open.find((group) => group.group === view.answer.next) || open[0];
}

/** Moves the focus to a group, unfolding it where need be. */
export function goTo(view, place, group) {
  if (group.around && !view.unfolded) {
    view.unfolded = true;
    drawGroups(view, place);
  }
  const field = [...place.querySelectorAll("fieldset")].find((one) => one.held.group === group.group);
  field?.querySelector("input")?.focus();
}

function createHeading(view, redraw) {
  const unfold = () => {
    view.unfolded = !view.unfolded;
    redraw();
  };
  return make("h3", {}, make("button", { type: "button", class: "link fold", click: unfold }));
}

function updateHeading(view, heading, count, folded) {
  const button = heading.querySelector("button");
  say(button, view.words("around", { count }));
  set(button, "aria-expanded", String(!folded));
}

function present(view, group) {
  if (!group.parent) return true;
  const above = view.answer.groups.find((one) => one.group === group.parent.group);
  const parent = above?.options.find((one) => one.option === group.parent.option);
  return parent ? chosen(parent) && present(view, above) : true;
}

function createGroup(view) {
  const more = make("button", { type: "button", class: "more", click: () => showAll(view, field) });
  const field = make(
    "fieldset",
    { part: "group" },
    make("legend", {}, make("span", { class: "name" }), " ", make("span", { class: "hint" })),
    make("div", { class: "options" }),
    more,
  );
  return field;
}

function updateGroup(view, field, group, isNext) {
  field.held = group;
  const title = group.title || group.group;
  const above = group.parent ? `${view.titleOf(group.parent.group, group.parent.option)}: ` : "";
  set(field, "class", group.parent ? "nested" : null);
  set(field, "data-state", isNext ? "next" : group.state);
  say(field.querySelector("legend .name"), above + title);
  say(field.querySelector("legend .hint"), hint(view, group));
  const rows = [...group.options.map((option) => ({ ...option, of: group })), ...none(group)];
  keyed(
    field.querySelector(".options"),
    rows,
    (row) => (row.none ? "none" : `option ${row.option}`),
    (row) => (row.none ? createNone(view, field) : createOption(view, group)),
    (row, item) => (item.none ? updateNone(view, row, group) : updateOption(view, row, group, item)),
  );
  const more = field.querySelector(".more");
  show(more, group.more > 0);
  say(more, view.words("more", { count: view.words.count(group.more || 0) }));
  set(more, "aria-label", view.words("moreOf", { count: group.more, group: title }));
}

/** Shows the options that are one step behind; focus goes to the first of them. */
async function showAll(view, field) {
  const known = new Set([...field.querySelectorAll(".option")].map((row) => row.dataset.key));
  await view.all(field.held.group);
  const first = [...field.querySelectorAll(".option")].find((row) => !known.has(row.dataset.key));
  first?.querySelector("input").focus();
}

/** Where one option may be chosen or none, none is a choice to see too. */
function none(group) {
  return group.most === 1 && group.least === 0 ? [{ none: true }] : [];
}

function createNone(view, field) {
  const change = () => view.act({ clear: { group: field.held.group } });
  const input = make("input", { type: "radio", name: `group-${field.held.group}`, change });
  return make("div", { class: "option" }, make("label", {}, input, make("span", { class: "title" })));
}

function updateNone(view, row, group) {
  row.held = {};
  row.querySelector("input").checked = !group.options.some(chosen);
  say(row.querySelector(".title"), view.words("none"));
}

function hint(view, group) {
  const { least, most } = group;
  if (most === 1) return least === 0 ? view.words("optional") : "";
  const all = group.options.length + (group.more || 0);
  if (least === 0) return most < all ? view.words("severalMost", { most }) : view.words("optional");
  if (most >= all) return view.words("severalLeast", { least });
  return view.words("severalBetween", { least, most });
}
