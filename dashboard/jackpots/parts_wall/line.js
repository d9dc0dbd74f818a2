// The line to the server: asks every other second, and says how the screen is doing.

const EVERY_MS = 2000;
const PATIENCE_MS = 5000;
const RELOAD_AFTER_MS = 60_000;

/** The screen's token goes into a header, and the page's address into none: servers log addresses. */
function send(path, options) {
  const token = new URLSearchParams(location.search).get("screen") ?? "";
  return fetch(path, {
    ...options,
    headers: { Authorization: `Bearer ${token}`, ...options.headers },
    cache: "no-store",
    referrerPolicy: "no-referrer",
  });
}

class Line {
  constructor(report, hear) {
    Object.assign(this, { report, hear, ended: new AbortController(), timer: 0 });
  }

  start() {
    this.ask().finally(() => {
      if (!this.ended.signal.aborted) this.timer = setTimeout(() => this.start(), EVERY_MS);
    });
  }

  end() {
    this.ended.abort();
    clearTimeout(this.timer);
  }

  async ask() {
    const signal = AbortSignal.any([this.ended.signal, AbortSignal.timeout(PATIENCE_MS)]);
    try {
      const response = await send("/live/jackpot", { headers: { "Screen-Heartbeat": this.report() }, signal });
      if (response.ok) this.hear(await response.json());
      else if (response.status === 401) this.hear(null);
    } catch {
      // No answer: what is known grows older, and the screen says so.
    }
  }
}

/** Loads the page anew once the server runs another build, if the page is there, at most once a minute. */
async function renew() {
  const last = Number(sessionStorage.getItem("wall-reloaded") ?? 0);
  if (Math.abs(Date.now() - last) < RELOAD_AFTER_MS) return;
  const page = await fetch(location.pathname, { cache: "no-store", referrerPolicy: "no-referrer" });
  if (!page.ok) return;
  sessionStorage.setItem("wall-reloaded", String(Date.now()));
  location.reload();
}
