// Talks to Rapport: one step after another, each with the session and the revision of the last answer, so that a step
// that is sent twice counts once.

const TRIES_MAX = 3;
const WAIT_MS = 400;
const TIMEOUT_MS = 20_000;
const AGAIN = new Set([429, 502, 503, 504]);

/** The server said no, or could not be reached (status 0). */
export class Refusal extends Error {
  constructor(status, told) {
    super(told.detail || told.title || "");
    this.status = status;
    this.told = told;
  }

  /** Whether the session is not known any more. */
  get gone() {
    return this.status === 404 || this.status === 410;
  }

  /** Whether what was wanted goes against what was chosen since. */
  get impossible() {
    return this.status === 409;
  }
}

export class Conversation {
  /** `who` holds what goes with every step: customer, signature. */
  constructor({ server, product, key, language, who }) {
    this._path = new URL(`/v1/configurations/${encodeURIComponent(product)}`, server).href;
    this._slot = `rapport-configure:${this._path}`;
    this._key = key;
    this._said = { ...who, language };
    this._revision = null;
    this._last = Promise.resolve();
    this.session = stored(this._slot);
  }

  /** One step; steps are taken in the order in which they are asked for. */
  step(said) {
    const taken = this._last.then(() => this._step(said));
    this._last = taken.catch(() => {});
    return taken;
  }

  /** Why an option is not possible with what the session has, and what to give up to have it. */
  explain(group, option) {
    const { language } = this._said;
    return this._post(`${this._path}/explain`, { language, session: this.session, group, option });
  }

  /** All groups and options of the product, with their titles. */
  model() {
    return this._ask(`${this._path}?language=${this._said.language}`, { method: "GET" });
  }

  /** The next step goes on from where the session stands, whoever took it there. */
  catchUp() {
    this._revision = null;
  }

  /** Lets go of the session: the next step begins another. */
  forget() {
    this.session = null;
    this._revision = null;
    stored(this._slot, null);
  }

  async _step(said) {
    const body = { ...this._said, ...said };
    if (this.session) body.session = this.session;
    if (this._revision !== null) body.revision = this._revision;
    const answer = await this._post(this._path, body);
    this.session = answer.session || null;
    this._revision = answer.revision ?? null;
    stored(this._slot, this.session);
    return answer;
  }

  async _post(path, body) {
    const request = { method: "POST", body: JSON.stringify(body) };
    for (let tried = 1; ; tried += 1) {
      try {
        return await this._ask(path, request);
      } catch (error) {
        if (tried === TRIES_MAX || !AGAIN.has(error.status)) throw error;
        await new Promise((done) => setTimeout(done, WAIT_MS * 2 ** tried));
      }
    }
  }

  async _ask(path, request) {
    const headers = { "Content-Type": "application/json", Authorization: `Bearer ${this._key}` };
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    let reply;
    let told;
    try {
      reply = await fetch(path, { ...request, headers, credentials: "omit", signal });
      told = await reply.json();
    } catch {
      throw new Refusal(0, {});
    }
    if (!reply.ok) throw new Refusal(reply.status, told);
    return told;
  }
}

/** What this tab keeps under a name; browsers may forbid keeping anything. */
function stored(name, value) {
  try {
    if (value === undefined) return sessionStorage.getItem(name);
    if (value === null) sessionStorage.removeItem(name);
    else sessionStorage.setItem(name, value);
  } catch {
    // Without it, a page that is loaded again begins again.
  }
  return null;
}
