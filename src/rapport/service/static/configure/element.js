// <rapport-configurator product="windows" key="…">: a product that is configured step by step, on any page.
// Attributes: product, key; server, lang, account, anonymous-id, user-id with signature, quantity.
// Events: rapport-changed and rapport-configured, whose detail says what was chosen and what it costs.

import { changesSaid } from "./announcing.js";
import { Conversation } from "./conversation.js";
import { make, say, set, show } from "./dom.js";
import { drawGroups, goTo, nextOf } from "./groups.js";
import { createMade, createThanks } from "./made.js";
import { createReady } from "./ready.js";
import { createSummary } from "./summary.js";
import { nearest, wordsIn } from "./words.js";

const HOME = new URL(import.meta.url);
const CHECKS_MAX = 5;
const CHECK_AGAIN_MS = 1000;
let sheet;

class Configurator extends HTMLElement {
  static observedAttributes = ["lang", "product"];

  connectedCallback() {
    if (!this.shadowRoot) this.attachShadow({ mode: "open" });
    this._start();
  }

  attributeChangedCallback(_, before, after) {
    if (this.isConnected && this._view && before !== after) this._start();
  }

  async _start() {
    const words = wordsIn(nearest(this.getAttribute("lang") || this.closest("[lang]")?.lang || navigator.language));
    this._view = this._viewIn(words);
    this._titles = new Map();
    this._all = new Set();
    this._checks = 0;
    this._asked = false;
    this._build();
    this._conversation = new Conversation({
      server: this._view.server,
      product: this.getAttribute("product") || "",
      key: this.getAttribute("key") || "",
      language: words.language,
      who: this._who(),
    });
    sheet ??= stylesheet();
    this.shadowRoot.adoptedStyleSheets = [await sheet];
    show(this._root, true);
    await this._step({}, { first: true });
  }

  _who() {
    const names = { userId: "user-id", anonymousId: "anonymous-id" };
    const known = Object.entries(names).filter(([, attribute]) => this.hasAttribute(attribute));
    const customer = Object.fromEntries(known.map(([name, attribute]) => [name, this.getAttribute(attribute)]));
    return {
      ...(known.length && { customer }),
      ...(this.hasAttribute("signature") && { signature: this.getAttribute("signature") }),
      ...(this.hasAttribute("account") && { account: this.getAttribute("account") }),
    };
  }

  /** What the drawing modules see of the element. */
  _viewIn(words) {
    return {
      answer: null,
      words,
      server: this.getAttribute("server") || HOME.origin,
      quantity: this.hasAttribute("quantity"),
      pieces: 1,
      byArrow: false,
      unfolded: false,
      money: (amount) => words.money(amount, this._view.answer.currency),
      titleOf: (group, option) =>
        this._titles.get(option === undefined ? group : `${group}\n${option}`) ?? option ?? group,
      announce: (text) => this._announce(text),
      act: (said) => this._step(said),
      undo: () => this._step({ undo: true }, { prefix: words("saidUndone") }),
      finish: () => this._finish(),
      begin: () => this._begin(),
      change: () => this._begin({ way: "collaborative", choices: this._view.answer.choices }),
      explain: (group, option, wanted) => this._explain(group, option, wanted),
      exchange: (alternative, pick) => this._step({ choices: alternative.choices, pick }),
      all: (group) => this._step({}, { all: group }),
    };
  }

  _build() {
    const words = this._view.words;
    this._status = make("p", { class: "unseen", role: "status", "aria-live": "polite" });
    this._alert = make("div", { role: "alert", class: "alert" });
    this._logo = make("img", { class: "logo", alt: "" });
    this._title = make("h2", { part: "title", tabindex: "-1" });
    this._intro = make("p", { class: "intro soft" }, words("loading"));
    this._fields = make("div", {});
    const goOn = () => goTo(this._view, this._fields, nextOf(this._view));
    this._next = make("button", { type: "button", class: "second next", click: goOn });
    this._made = createMade(this._view);
    this._groups = make("div", { class: "groups" }, this._made.drawn, this._next, this._fields);
    this._summary = createSummary(this._view);
    this._ready = createReady(this._view);
    this._thanks = createThanks(this._view);
    this._main = make(
      "div",
      { class: "main" },
      this._groups,
      make("div", { class: "side" }, this._summary.drawn, this._ready.drawn),
    );
    this._root = make(
      "div",
      { class: "root", lang: words.language },
      this._logo,
      this._title,
      this._intro,
      this._alert,
      this._status,
      this._main,
      this._thanks.drawn,
    );
    for (const part of [this._logo, this._alert, this._main, this._thanks.drawn, this._root]) show(part, false);
    this._root.addEventListener("keydown", (event) => (this._view.byArrow = event.key.startsWith("Arrow")), true);
    this._root.addEventListener("pointerdown", () => (this._view.byArrow = false), true);
    this.shadowRoot.replaceChildren(this._root);
  }

  /** One step; what failed is said, with a way to go on, and the page shows again what holds. */
  async _step(said, { first = false, all = "", prefix = "", focus = false } = {}) {
    const view = this._view;
    if (all) this._all.add(all);
    set(this._root, "aria-busy", "true");
    try {
      const body = { ...said, ...(this._all.size && { all: [...this._all] }) };
      if (view.quantity) body.quantity = view.pieces;
      const answer = await this._conversation.step(body);
      if (view !== this._view) return;
      this._take(answer, prefix);
      if (focus) this._title.focus();
    } catch (error) {
      if (view !== this._view) return;
      if (first && error.gone && this._conversation.session) {
        this._conversation.forget();
        await this._step(said);
        return;
      }
      this._fail(error, said);
    } finally {
      set(this._root, "aria-busy", null);
    }
  }

  _take(answer, prefix) {
    const before = this._view.answer;
    this._view.answer = answer;
    this._remember(answer);
    show(this._alert, false);
    this._alert.replaceChildren();
    this._draw();
    this._nameTheRest(answer);
    if (before) this._announce(`${prefix} ${changesSaid(this._view, before, answer)}`.trim());
    this._tell("rapport-changed");
    if (answer.finished) this._done();
    else this._checkAgain(answer);
  }

  _draw() {
    const { answer, words } = this._view;
    const name = `way_${answer.way}`;
    say(this._title, answer.look?.title ? `${answer.look.title}: ${answer.title}` : answer.title || answer.product);
    say(this._intro, words(answer.rights === "full" ? name : `rights_${answer.rights}`));
    set(this._root, "data-way", answer.way);
    this._dress(answer.look);
    show(this._main, !answer.finished);
    show(this._thanks.drawn, Boolean(answer.finished));
    this._made.update();
    const open = answer.rights === "full";
    show(this._fields, open);
    set(this._main, "data-closed", open ? null : "");
    drawGroups(this._view, this._fields);
    const next = answer.way === "collaborative" ? nextOf(this._view) : undefined;
    show(this._next, open && Boolean(next));
    if (next) say(this._next, words("nextIs", { group: next.title || next.group }));
    this._summary.update();
    this._ready.update();
  }

  /** An account's own shop has its look. */
  _dress(look) {
    show(this._logo, Boolean(look?.logo));
    if (look?.logo) set(this._logo, "src", new URL(look.logo, this._view.server).href);
    if (!/^#[0-9a-f]{3,8}$/i.test(look?.accent || "")) return;
    this._root.style.setProperty("--accent", look.accent);
    this._root.style.setProperty("--accent-ink", inkOn(look.accent));
  }

  /** Completions and variants name options that are not shown: what these are called is asked once. */
  async _nameTheRest(answer) {
    const { choices, completion, standard, variants } = answer;
    const wholes = [choices, completion?.choices, standard?.choices, ...(variants || []).map((one) => one.choices)];
    const named = wholes.flatMap((whole) =>
      Object.entries(whole || {}).flatMap(([group, options]) =>
        [options].flat().map((option) => `${group}\n${option}`),
      ),
    );
    if (this._asked || named.every((one) => this._titles.has(one))) return;
    this._asked = true;
    try {
      this._remember(await this._conversation.model());
    } catch {
      return; // Their names have to do.
    }
    if (this._view.answer === answer) this._draw();
  }

  _remember(answer) {
    for (const group of answer.groups || []) {
      this._titles.set(group.group, group.title || group.group);
      for (const option of group.options) {
        this._titles.set(`${group.group}\n${option.option}`, option.title || option.option);
      }
    }
  }

  /** Options that are still being checked are asked about again, a few times. */
  _checkAgain(answer) {
    const checking = (answer.groups || []).some((group) => group.options.some((one) => one.state === "checking"));
    if (!checking || this._checks >= CHECKS_MAX) return;
    this._checks += 1;
    setTimeout(() => this.isConnected && this._view.answer === answer && this._step({}), CHECK_AGAIN_MS * this._checks);
  }

  _finish() {
    const { answer, words } = this._view;
    if (answer.complete) return this._step({ finish: true });
    const open = answer.groups.filter((group) => group.state === "open" && group.least > 0);
    this._warn(words("open", { groups: words.list(open.map((group) => group.title || group.group)) }));
    if (open.length) goTo(this._view, this._fields, open[0]);
    return undefined;
  }

  _done() {
    this._conversation.forget();
    this._thanks.update();
    this._tell("rapport-configured");
  }

  _begin(from = {}) {
    this._conversation.forget();
    this._view.answer = null;
    return this._step(from, { focus: true });
  }

  /**
   * Why an option cannot be had. Where it was chosen rather than asked about, it is sent as a pick: the server refuses
   * it with the same reasons, and the shop learns what was wanted.
   */
  async _explain(group, option, wanted) {
    const pick = { group, option };
    try {
      if (!wanted) return await this._conversation.explain(group, option);
      this._take(await this._conversation.step({ pick }), "");
    } catch (error) {
      if (error.impossible && error.told.reasons) return error.told;
    }
    const shown = (this._view.answer.blocked || []).find((one) => one.group === group && one.option === option);
    return { reasons: shown?.reasons || [], alternatives: [] };
  }

  _fail(error, said) {
    const words = this._view.words;
    const again = () => this._step(said);
    if (this._view.answer) this._draw();
    else say(this._intro, "");
    if (error.gone && this._view.answer) {
      const choices = this._view.answer.choices;
      this._warn(words("gone"), words("goOn"), () => {
        this._conversation.forget();
        return this._step({ choices });
      });
    } else if (error.impossible && !error.told.reasons) this._catchUp(error);
    else if (error.status === 401 || error.status === 403 || error.gone)
      this._warn(words("refusedKey"), words("again"), again);
    else if (error.status === 0) this._warn(words("offline"), words("again"), again);
    else if (error.status === undefined) throw error;
    else {
      const text = [words("failed"), error.message, ...(error.told.reasons || [])].join(" ");
      this._warn(text, error.impossible ? "" : words("again"), again);
    }
  }

  /** The session has moved on, in another tab or at a desk: shows where it stands. */
  async _catchUp(error) {
    if (!this._conversation.session || this._behind) return this._warn(error.message);
    this._behind = true;
    this._conversation.catchUp();
    await this._step({});
    this._behind = false;
    return this._warn(this._view.words("moved"));
  }

  _warn(text, label = "", act = null) {
    const button = label ? [make("button", { type: "button", class: "second", click: act }, label)] : [];
    this._alert.replaceChildren(make("p", {}, text), ...button);
    show(this._alert, true);
  }

  _announce(text) {
    say(this._status, text);
  }

  _tell(name) {
    const { product, session, choices, price, currency, complete } = this._view.answer;
    const detail = { product, session, choices, price, currency, complete };
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}

/** Fetched rather than linked, so that a page's policy need not allow foreign styles. */
async function stylesheet() {
  const made = new CSSStyleSheet();
  const reply = await fetch(new URL("configure.css", HOME), { credentials: "omit" });
  made.replaceSync(await reply.text());
  return made;
}

/** Black or white, whichever is easier to read on a colour; WCAG 2.2, relative luminance. */
function inkOn(colour) {
  const digits = colour.slice(1);
  const pairs = digits.length < 6 ? [...digits].map((one) => one + one) : digits.match(/../g);
  const [red, green, blue] = pairs.slice(0, 3).map((pair) => {
    const share = parseInt(pair, 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? "#000" : "#fff";
}

if (!customElements.get("rapport-configurator")) customElements.define("rapport-configurator", Configurator);
