// What is known of the pots, by a clock that never jumps: the screen's own time of day may be days off.

/** One pot's number on its way from an answer to the next: it never shows what is not in the pot. */
class Rolling {
  from = null;
  to = null;
  startedAt = 0;

  hear(amount, now, rollMs) {
    if (amount === this.to) return;
    const shown = this.at(now, rollMs);
    const rolls = shown !== null && amount > shown;
    Object.assign(this, { from: rolls ? shown : amount, to: amount, startedAt: now });
  }

  at(now, rollMs) {
    if (this.to === null) return null;
    const way = Math.max((now - this.startedAt) / rollMs, 0);
    if (way >= 1) return this.to;
    const rolled = this.from + BigInt(Math.floor(Number(this.to - this.from) * way));
    return rolled < this.to ? rolled : this.to; // of huge numbers the multiplication is not exact
  }
}

/** The last answer that told the pots, and how old that is now. */
class Known {
  answer = null;
  trueAt = -Infinity;

  /** Takes an answer that came at `now`; says whether it is newer than what was known. */
  hear(answer, now) {
    const trueAt = now - answer.age_ms;
    if (!(answer.hourly || answer.super) || trueAt < this.trueAt - 500) return false;
    Object.assign(this, { answer, trueAt });
    return true;
  }

  age(now) {
    return this.answer ? now - this.trueAt : Infinity;
  }

  /** The provider's clock, in epoch ms. */
  clock(now) {
    return this.answer.provider_ms + this.age(now);
  }

  state(now, limits) {
    const age = this.age(now);
    if (age >= limits.brand_ms) return "brand";
    if (age >= limits.last_known_ms) return "last_known";
    return age >= limits.late_ms ? "late" : "live";
  }
}

/** Finds the hits that are news: not there when the screen was switched on, and not long past. */
class News {
  known = null;

  hear(hits, clock) {
    const before = this.known;
    this.known = new Set(hits.map((hit) => hit.id));
    return before ? hits.filter((hit) => !before.has(hit.id) && clock - hit.at < 60_000) : [];
  }
}
