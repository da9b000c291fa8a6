// Making elements, and keeping them from one answer to the next, so that focus and reading position stay.

/** An element with attributes (functions are listeners, false and null leave one out) and children. */
export function make(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else set(made, name, value);
  }
  made.append(...children);
  return made;
}

/** Sets an attribute where it differs; false, null and undefined take it away, true leaves it empty. */
export function set(element, name, value) {
  if (value === false || value === null || value === undefined) {
    if (element.hasAttribute(name)) element.removeAttribute(name);
    return;
  }
  const text = value === true ? "" : String(value);
  if (element.getAttribute(name) !== text) element.setAttribute(name, text);
}

/** Sets a text where it differs, so that screen readers are not disturbed by what stays. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
  return element;
}

/** Shows an element or hides it. */
export function show(element, shown) {
  if (element.hidden === shown) element.hidden = !shown;
}

/** A button that cannot be used now keeps its focus and says so. */
export function usable(button, can) {
  set(button, "aria-disabled", can ? null : "true");
}

/**
 * Children of `parent`, one for each item: those with a known key are kept and moved only where the order differs.
 * `create(item)` makes one; `update(element, item)` brings it up to date.
 */
export function keyed(parent, items, keyOf, create, update) {
  const known = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  let before = parent.firstElementChild;
  for (const item of items) {
    const key = keyOf(item);
    let child = known.get(key);
    if (child) known.delete(key);
    else {
      child = create(item);
      child.dataset.key = key;
    }
    if (child === before) before = before.nextElementSibling;
    else parent.insertBefore(child, before);
    update(child, item);
  }
  for (const gone of known.values()) gone.remove();
}
