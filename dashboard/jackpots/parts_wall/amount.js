// Amounts: decimal strings come in, BigInt li are counted with, rolling digits go out.

const LI_DIGITS = 3;
const ROLL_MS = 280;
// Widths in em, for letters that must fill the screen and never leave it.
const DIGIT_EM = 0.64, MARK_EM = 0.28, SMALL = 0.5;

/** "8580.123" as 8580123n; what is finer than a li is dropped. */
function li(text) {
  const [whole, rest = ""] = text.split(".");
  return BigInt(whole + rest.padEnd(LI_DIGITS, "0").slice(0, LI_DIGITS));
}

/** 8580123n with 2 decimals and the marks [",", "."] as ["8,580", ".12"]: cut off, never rounded up. */
function written(amount, { decimals, marks: [group, point] }) {
  const digits = (amount / 10n ** BigInt(LI_DIGITS - decimals)).toString().padStart(decimals + 1, "0");
  const whole = digits.slice(0, digits.length - decimals);
  const rest = digits.slice(digits.length - decimals);
  return [whole.replace(/\B(?=(\d{3})+$)/g, group), rest && point + rest];
}

/** Draws an amount into `place`; a digit that changes rolls, unless it changes too fast to be read. */
class Digits {
  constructor(place, form, still) {
    Object.assign(this, { place, form, still, shown: null, cells: [] });
  }

  show(amount, now) {
    if (amount === this.shown) return;
    const [whole, rest] = written(amount, this.form);
    const text = whole + rest;
    if (text.length !== this.cells.length) this.lay(whole, rest);
    for (const [place, sign] of [...text].entries()) this.turn(this.cells[place], sign, now);
    this.shown = amount;
    this.place.dataset.shown = text;
    this.place.setAttribute("aria-label", text);
  }

  lay(whole, rest) {
    this.cells = [...whole + rest].map((sign, place) => {
      const box = document.createElement("span");
      box.className = /\d/.test(sign) ? "digit" : "mark";
      box.classList.toggle("small", place >= whole.length);
      const strip = box.appendChild(document.createElement("span"));
      return { box, strip, sign: null, turnedAt: -Infinity };
    });
    this.place.replaceChildren(...this.cells.map((cell) => cell.box));
    const ems = (text) => [...text].reduce((sum, sign) => sum + (/\d/.test(sign) ? DIGIT_EM : MARK_EM), 0);
    this.place.style.setProperty("--ems", (ems(whole) + SMALL * ems(rest)).toFixed(2));
  }

  turn(cell, sign, now) {
    if (cell.sign === sign) return;
    const rolls = cell.sign !== null && now - cell.turnedAt > ROLL_MS && !this.still();
    cell.strip.textContent = rolls ? `${sign}\n${cell.sign}` : sign;
    if (rolls) {
      const way = { transform: ["translateY(-50%)", "translateY(0)"] };
      cell.strip.animate(way, { duration: ROLL_MS, easing: "ease-in-out" });
    }
    Object.assign(cell, { sign, turnedAt: now });
  }
}
