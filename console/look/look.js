// Comfort only: every page works without this.
"use strict";

const EVERY = 10_000;
const BEFORE_THE_END = 2 * 60_000;
const UNTOUCHED = 5 * 60_000;
const PAUSE = 3_000;
const ANSWERS_WITHIN = 5_000;

// What changed since the list was shown: a line says so, nothing moves under a hand.
function watch(place) {
  const ask = async () => {
    if (document.visibilityState !== "visible") return;
    try {
      const answer = await fetch(place.dataset.watch, { credentials: "same-origin", redirect: "error", headers: { Accept: "application/json" } });
      if (answer.status !== 200) return;
      const said = (await answer.json()).said;
      const words = place.querySelector("[data-said]");
      if (words.textContent !== said) words.textContent = said;
      place.hidden = false;
    } catch {
      // the next time
    }
  };
  setInterval(ask, EVERY);
}

// The session ends when nobody asks for a page, and after some hours whatever is done: a warning before; a button where it helps.
function warn(place) {
  const [idle, anyway] = place.children;
  let timer;
  let last;
  const ask = async (method) => {
    try {
      const answer = await fetch(place.dataset.session, { method, credentials: "same-origin", headers: { Accept: "application/json" } });
      if (!answer.ok) return null;
      const { now, until, longest } = await answer.json();
      return { until: Date.parse(until) - Date.parse(now), longest: Date.parse(longest) - Date.parse(now) };
    } catch {
      return null; // it stays to be pressed again
    }
  };
  const wait = ({ until, longest }) => {
    const ends = Math.min(until, longest);
    last = longest <= until;
    place.hidden = true;
    clearTimeout(timer);
    timer = setTimeout(look, ends - BEFORE_THE_END);
  };
  // Another window may have made it last.
  const look = async () => {
    const said = await ask("GET");
    if (said && Math.min(said.until, said.longest) > BEFORE_THE_END + 1_000) {
      wait(said);
      return;
    }
    if (said) last = said.longest <= said.until;
    idle.hidden = last;
    anyway.hidden = !last;
    place.hidden = false;
  };
  place.querySelector("button").addEventListener("click", async () => {
    const said = await ask("POST");
    if (said) wait(said);
  });
  wait({ until: Number(place.dataset.until) * 1_000, longest: Number(place.dataset.longest) * 1_000 });
}

// How much room is left in a text.
function count(area) {
  const place = document.getElementById(area.dataset.left);
  const say = () => {
    const left = Number(area.dataset.longest) - [...area.value].length;
    const { oneLeft, manyLeft, oneMore, manyMore } = place.dataset;
    const words = left < 0 ? (left === -1 ? oneMore : manyMore) : left === 1 ? oneLeft : manyLeft;
    place.textContent = left < 500 ? words.replace("{}", String(Math.abs(left))) : "";
  };
  area.addEventListener("input", say);
  say();
}

// What is personal does not stay on a screen that nobody touches.
function hide(content) {
  const instead = document.getElementById(content.dataset.hides);
  let timer;
  const touched = () => {
    if (content.hidden) return;
    clearTimeout(timer);
    timer = setTimeout(() => { content.hidden = true; instead.hidden = false; }, UNTOUCHED);
  };
  for (const kind of ["pointerdown", "pointermove", "keydown", "scroll"]) addEventListener(kind, touched, { passive: true });
  instead.querySelector("button").addEventListener("click", () => { content.hidden = false; instead.hidden = true; touched(); });
  touched();
}

// What is typed is kept at the server when the hand rests, and when the page is left; nothing of it stays in the browser.
function draft(form) {
  const kept = form.querySelector("[data-kept]");
  const not = form.querySelector("[data-not-kept]");
  let timer;
  let typed = false;
  let saving = null;
  const send = async (leaving) => {
    try {
      const answer = await fetch(form.dataset.draft, {
        method: "POST",
        body: new URLSearchParams(new FormData(form)),
        credentials: "same-origin",
        redirect: "error",
        keepalive: leaving,
        signal: AbortSignal.timeout(ANSWERS_WITHIN),
        headers: { Accept: "application/json" },
      });
      const told = answer.headers.get("content-type")?.startsWith("application/json") ? (await answer.json()).said : "";
      if (answer.ok) kept.textContent = told;
      else typed = true;
      not.textContent = answer.ok ? "" : told || not.dataset.notKept;
    } catch {
      typed = true;
      timer = setTimeout(save, EVERY);
      not.textContent = not.dataset.notKept;
    }
    not.hidden = !not.textContent;
  };
  // One at a time: an older one must not come after a newer one.
  const save = async (leaving = false) => {
    clearTimeout(timer);
    if (saving && !leaving) await saving;
    if (!typed) return;
    typed = false;
    saving = send(leaving);
    await saving;
    saving = null;
  };
  form.addEventListener("input", () => {
    typed = true;
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE);
  });
  addEventListener("pagehide", () => save(true));
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") save(); });
  // Whoever sends this form sends all of it; any other, as the one that locks, waits until this is kept.
  document.addEventListener("submit", async (event) => {
    clearTimeout(timer);
    if (event.target === form) typed = false;
    if (!typed && !saving) return;
    event.preventDefault();
    await save();
    typed = false;
    event.target.requestSubmit(event.submitter);
  });
}

document.querySelectorAll("[data-watch]").forEach(watch);
document.querySelectorAll("[data-session]").forEach(warn);
document.querySelectorAll("[data-left]").forEach(count);
document.querySelectorAll("[data-hides]").forEach(hide);
document.querySelectorAll("[data-draft]").forEach(draft);
document.querySelector("[data-look-here]")?.focus();
