// What a shop's page loads: <script src="https://RAPPORT/embed/configure.js" data-product="windows" data-key="…" async>.
// It puts a configurator where it stands, and defines <rapport-configurator> for pages that place one themselves.
// Licence: Apache-2.0.
(() => {
  "use strict";
  const here = document.currentScript;
  const ready = import(new URL("configure/element.js", here.src).href);
  if (here.dataset.product) {
    const placed = document.createElement("rapport-configurator");
    for (const [name, value] of Object.entries(here.dataset)) {
      placed.setAttribute(
        name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
        value,
      );
    }
    const put = () => (here.closest("body") ? here.after(placed) : document.body.append(placed));
    if (document.body) put();
    else document.addEventListener("DOMContentLoaded", put, { once: true });
    ready.catch(() => {
      placed.textContent = "The configurator could not be loaded. 配置器无法加载。";
    });
  }
})();
