// Shows a code until somebody entered it, then goes on to the wall. What became a screen stays one: it
// goes on by itself after the television was switched off.

const KEPT = "screen";
const ASK_MS = 3000;
const PATIENCE_MS = 5000;
const find = (selector) => document.querySelector(selector);
const words = document.body.dataset;

let token = localStorage.getItem(KEPT);
let endsAt = 0;
let isShown = false; // whether the token's code is on the screen

function say(text) {
  if (find(".said").textContent !== text) find(".said").textContent = text;
}

function ask(path, options = {}) {
  return fetch(path, {
    ...options, cache: "no-store", referrerPolicy: "no-referrer", signal: AbortSignal.timeout(PATIENCE_MS),
  });
}

async function newCode() {
  show(null);
  const response = await ask("tv/code", { method: "POST" });
  if (!response.ok) return say(response.status === 429 ? words.busy : words.failed);
  const answer = await response.json();
  token = answer.token;
  endsAt = performance.now() + answer.ends_in_s * 1000;
  show(answer);
}

function show(answer) {
  isShown = answer !== null;
  const halves = isShown ? [answer.code.slice(0, 3), answer.code.slice(3)] : [];
  find(".code").replaceChildren(...halves.map((half) => {
    return Object.assign(document.createElement("span"), { textContent: half });
  }));
  find(".place").textContent = isShown ? answer.place : "";
  find(".picture").hidden = !isShown;
  if (isShown) find(".picture").src = answer.picture;
}

/** 599 as "9:59". */
function clockface(seconds) {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

async function look() {
  const response = await ask("tv/state", { headers: { Authorization: `Bearer ${token}` } });
  if (response.ok) {
    localStorage.setItem(KEPT, token);
    say(words.paired);
    location.replace(`jackpots?screen=${encodeURIComponent(token)}`);
    return true;
  }
  if (response.status === 401 && !isShown) {
    localStorage.removeItem(KEPT); // the office has ended it
    token = null;
  }
  return false;
}

async function turn() {
  try {
    if (token && await look()) return;
    if (!token || (isShown && performance.now() >= endsAt)) await newCode();
  } catch {
    say(words.failed);
  }
  setTimeout(turn, ASK_MS);
}

setInterval(() => {
  const left = Math.ceil((endsAt - performance.now()) / 1000);
  if (isShown) say(words.ends.replace("{time}", clockface(Math.max(left, 0))));
}, 1000);

navigator.wakeLock?.request("screen").catch(() => {});
turn();
