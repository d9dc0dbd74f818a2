// The wall itself: one instance for each place that Streamlit mounts it in.

const HIT_MS = 8000;
const HOUR_MS = 3_600_000;
const DRAW_LASTS_MS = 600_000;
const POTS = ["hourly", "super"];

const walls = new WeakMap();

class Wall {
  constructor(root, data) {
    Object.assign(this, { root, data, known: new Known(), news: new News(), hits: [], hit: null, paintedAt: null, sent: null });
    this.screen = { layouts: ["both"], turn_ms: Infinity };
    this.find = (selector) => root.querySelector(selector);
    this.wall = this.find(".wall");
    this.stillness = matchMedia("(prefers-reduced-motion: reduce)");
    this.lightness = matchMedia("(prefers-color-scheme: light)");
    const still = () => this.stillness.matches;
    const digits = (selector) => new Digits(this.find(selector), data, still);
    this.pots = POTS.map((name) => ({
      name, rolling: new Rolling(), digits: digits(`[data-pot=${name}] .amount`),
    }));
    this.hitDigits = digits(".hit .amount");
    this.line = new Line(() => this.report(), (answer) => this.hear(answer));
    this.time = new Intl.DateTimeFormat(data.language, { hour: "2-digit", minute: "2-digit", timeZone: data.zone });
    this.wake = () => {
      if (document.visibilityState === "visible") navigator.wakeLock?.request("screen").catch(() => {});
    };
    this.fill = () => document.documentElement.requestFullscreen?.().catch(() => {});
    this.brand();
  }

  start() {
    document.addEventListener("visibilitychange", this.wake);
    this.wall.addEventListener("click", this.fill);
    this.wake();
    this.line.start();
    const frame = () => {
      this.paint(performance.now());
      this.frame = requestAnimationFrame(frame);
    };
    frame();
  }

  end() {
    document.removeEventListener("visibilitychange", this.wake);
    this.wall.removeEventListener("click", this.fill);
    this.line.end();
    cancelAnimationFrame(this.frame);
  }

  brand() {
    for (const place of this.root.querySelectorAll(".brand")) {
      const logo = new Image();
      Object.assign(logo, { src: this.data.logo, alt: this.data.brand });
      place.replaceChildren(this.data.logo ? logo : this.data.brand);
    }
    for (const place of this.root.querySelectorAll(".unit")) place.textContent = this.data.currency ?? "";
    this.find(".zone").textContent = this.data.zone_name;
    for (const place of this.root.querySelectorAll("[data-word]")) {
      place.textContent = this.word(place.dataset.word);
    }
  }

  /** What the server calls it, in the reader's language, its places filled. */
  word(name, places = {}) {
    return this.data.words[name].replace(/\{(\w+)\}/g, (_, place) => places[place]);
  }

  report() {
    const now = performance.now();
    const age = this.known.age(now);
    const painted = Math.round(now - (this.paintedAt ?? 0));
    return `painted=${painted}; age=${Number.isFinite(age) ? Math.round(age) : ""}; build=${this.data.build}`;
  }

  hear(answer) {
    const now = performance.now();
    this.say(".note", answer ? "" : this.word("link_is_dead"));
    if (!answer) {
      this.known = new Known();
      return;
    }
    if (answer.build !== this.data.build) renew().catch(() => {});
    this.setUp(answer.screen);
    this.wall.dataset.look = answer.look === "auto" ? (this.lightness.matches ? "light" : "dark") : answer.look;
    this.winners(answer.winners);
    if (!this.known.hear(answer, now)) return;
    for (const { name, rolling } of this.pots) {
      this.toggle(`[data-pot=${name}]`, answer[name] !== null); // one that the provider did not tell
      if (answer[name]) rolling.hear(li(answer[name].pot), now, this.rollMs);
    }
    const next = answer.super ? li(answer.super.next_pot) : 0n;
    this.toggle(".next", next > 0n);
    const [whole, rest] = written(next, this.data);
    this.say(".next strong", /[1-9]/.test(rest) ? whole + rest : whole);
    this.hits.push(...this.news.hear(answer.hits, this.known.clock(now)));
  }

  /** What the office wants of this screen. */
  setUp(screen) {
    this.screen = screen;
    this.wall.dataset.shows = screen.shows;
    this.wall.style.setProperty("--taken", 1 - screen.brightness / 100);
    if (screen.picture !== null && screen.picture !== this.sent) {
      const { sent } = this;
      this.sent = screen.picture; // once: it is asked for again until the office has it
      sendPicture(this.wall).catch(() => { this.sent = sent; });
    }
  }

  get rollMs() {
    return this.stillness.matches ? 0.001 : this.data.poll_ms;
  }

  paint(now) {
    this.paintedAt = now;
    const state = this.known.state(now, this.data.limits);
    if (this.wall.dataset.state !== state) this.wall.dataset.state = state;
    if (state !== "brand") this.paintPots(now, state);
    const { layouts, turn_ms: turnMs } = this.screen;
    const layout = layouts[Math.floor(now / turnMs) % layouts.length];
    if (this.wall.dataset.layout !== layout) this.wall.dataset.layout = layout;
    this.paintHit(now);
  }

  paintPots(now, state) {
    for (const { rolling, digits } of this.pots) digits.show(rolling.at(now, this.rollMs), now);
    const next = this.known.answer.hourly?.next_hour ?? 0;
    const left = next - this.known.clock(now);
    this.paintDraw(left, next > 0 && left > -DRAW_LASTS_MS && state !== "last_known");
    const second = `${state} ${Math.floor(this.known.age(now) / 1000)}`;
    if (second === this.second) return;
    this.second = second;
    this.say("footer .age", this.ageOf(now, state));
  }

  paintDraw(leftMs, runs) {
    const seconds = Math.ceil(leftMs / 1000);
    this.toggle(".draw", runs);
    if (!runs || seconds === this.seconds) return;
    this.seconds = seconds;
    const isOn = seconds <= 0;
    this.find(".draw").classList.toggle("on", isOn);
    const text = isOn ? this.word("draw_is_on") : this.clockface(seconds);
    this.say(".countdown", text);
    this.find(".countdown").style.setProperty("--signs", text.length);
    this.find(".left").style.strokeDashoffset = 100 - 100 * Math.min(Math.max(leftMs / HOUR_MS, 0), 1);
  }

  ageOf(now, state) {
    const at = this.time.format(this.known.clock(now) - this.known.age(now));
    if (state === "last_known") return this.word("last_known", { time: at });
    const seconds = Math.floor(this.known.age(now) / 1000);
    return state === "late" ? this.word("late", { seconds }) : this.word("as_of", { time: at });
  }

  paintHit(now) {
    if (this.hit && now - this.hit.shownAt >= HIT_MS) this.hit = null;
    if (!this.hit && this.hits.length) this.hit = { ...this.hits.shift(), shownAt: now };
    this.toggle(".hit", this.hit !== null);
    if (!this.hit) return;
    // The payout may be known only after the fall of the pot: the latest answer says more.
    const { pot, amount, winners } = this.known.answer.hits.find(({ id }) => id === this.hit.id) ?? this.hit;
    this.say(".hit .title", this.word(`${pot}_won`));
    this.hitDigits.show(li(amount), now);
    this.say(".hit .winner", winners.join("  ·  "));
  }

  winners(wins) {
    const text = JSON.stringify(wins);
    if (text === this.winnersText) return;
    this.winnersText = text;
    const rows = wins.map(({ winner, amount, at, pots }) => {
      const row = document.createElement("li");
      for (const part of [winner, written(li(amount), this.data).join(""), this.time.format(at)]) {
        row.appendChild(document.createElement("span")).textContent = part;
      }
      row.dataset.pots = pots.join(" ");
      return row;
    });
    this.find(".winners ol").replaceChildren(...rows);
    this.toggle(".winners", rows.length > 0);
  }

  /** 3599 as "59:59", 3600 as "1:00:00", 259200 as "3 d 0 h". */
  clockface(seconds) {
    const two = (number) => String(number).padStart(2, "0");
    const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
    if (hours >= 24) return this.word("days", { days: Math.floor(hours / 24), hours: hours % 24 });
    return (hours ? `${hours}:` : "") + `${two(minutes)}:${two(seconds % 60)}`;
  }

  toggle(selector, isShown) {
    const place = this.find(selector);
    if (place.hidden === isShown) place.hidden = !isShown;
  }

  say(selector, text) {
    const place = this.find(selector);
    if (place.textContent !== text) place.textContent = text;
  }
}

export default function ({ parentElement, data }) {
  // Streamlit calls again, without the clean-up, when the data changes; the server then runs another build.
  const wall = walls.get(parentElement) ?? new Wall(parentElement, data);
  if (!walls.has(parentElement)) wall.start();
  walls.set(parentElement, wall);
  return () => {
    wall.end();
    walls.delete(parentElement);
  };
}
