// Binds components/progress.html and components/units.html to the live topic they name.
import { badge } from "./badge.js";
import { exact, human, humanBytes, humanDuration } from "./format.js";
import { subscribe } from "./live.js";

const STATES = {
  queued: ["schedule", "Queued"],
  running: ["progress_activity", "Running"],
  complete: ["check_circle", "Complete"],
  partial: ["rule", "Complete, with failures"],
  failed: ["error", "Failed"],
  aborted: ["block", "Cancelled"],
};
const ENDED = ["complete", "failed", "aborted"];

export function stateBadge(state, outcome = "") {
  const name = state === "complete" && outcome === "partial" ? "partial" : state;
  return badge(name, ...(STATES[name] ?? ["help", name]));
}

function write(box, name, text, title = "") {
  const element = box.querySelector(`[data-live="${name}"]`);
  if (!element) return;
  element.textContent = text;
  element.title = title;
}

// Rows and bytes a second over the last frames, so that a pause shows.
function speed(box, progress) {
  const now = performance.now();
  const past = (box.past ??= []);
  past.push({ now, rows: progress.rows ?? 0, bytes: progress.bytes ?? 0 });
  while (past.length > 2 && now - past[0].now > 5_000) past.shift();
  const seconds = (now - past[0].now) / 1000;
  if (seconds < 0.5) return "";
  const rows = (progress.rows - past[0].rows) / seconds;
  const bytes = (progress.bytes - past[0].bytes) / seconds;
  return `${human(Math.round(rows))} rows/s${bytes > 0 ? `, ${humanBytes(bytes)}/s` : ""}`;
}

function update(box, data) {
  const progress = data.progress ?? data;
  const state = data.state ?? box.dataset.state;
  if (progress.done !== undefined) {
    const behind = (progress.done ?? 0) + (progress.failed ?? 0);
    const bar = box.querySelector("progress");
    // Without a total (the listing is not over yet) the bar shows neither an end nor a share.
    bar.max = Math.max(progress.total ?? 1, 1);
    bar.value = progress.total ? behind : 0;
    write(box, "behind", human(behind), exact(behind));
    write(box, "total", progress.total === null ? "…" : human(progress.total), exact(progress.total));
    write(box, "failed", `${human(progress.failed ?? 0)} failed`);
    box.querySelector('[data-live="failed"]')?.toggleAttribute("hidden", !progress.failed);
    write(box, "rows", `${human(progress.rows ?? 0)} rows`, exact(progress.rows));
    write(box, "bytes", humanBytes(progress.bytes ?? 0), `${exact(progress.bytes)} bytes`);
    // Not every kind of source can say how many bytes it read.
    for (const part of box.querySelectorAll('[data-live="bytes"]')) part.hidden = !progress.bytes;
    write(box, "speed", ENDED.includes(state) ? "" : speed(box, progress));
    const hasEta = progress.eta_s !== null && progress.eta_s !== undefined && !ENDED.includes(state);
    write(box, "eta", hasEta ? `about ${humanDuration(progress.eta_s)} left` : "");
  }
  if (state !== box.dataset.state) {
    box.dataset.state = state;
    box.querySelector('[data-live="state"]')?.replaceChildren(stateBadge(state, data.outcome));
    if (ENDED.includes(state)) {
      box.dispatchEvent(new CustomEvent("gp:finished", { bubbles: true, detail: data }));
      if ("liveReload" in box.dataset) location.reload();
    }
  }
}

// The same words as the server's title of a square: dataset, state, time, rows, error.
export function unitWords(unit) {
  const parts = [unit.key, unit.state];
  if (unit.seconds !== null && unit.seconds !== undefined) parts.push(humanDuration(unit.seconds));
  if (unit.rows !== null && unit.rows !== undefined) parts.push(`${human(unit.rows)} rows`);
  if (unit.error) parts.push(unit.error);
  return parts.join(", ");
}

// A square changes its colour; a unit that was planned after the page was drawn gets a new one.
function recolour(strip, unit) {
  let square = strip.querySelector(`[data-unit="${CSS.escape(unit.id)}"]`);
  if (!square) {
    square = document.createElement("span");
    square.dataset.unit = unit.id;
    square.setAttribute("role", "listitem");
    strip.append(square);
  }
  square.className = `gp-unit gp-unit--${unit.state}`;
  square.title = unitWords(unit);
  square.setAttribute("aria-label", square.title);
}

// Call it for what a page adds later.
export function bind(scope = document) {
  for (const box of scope.querySelectorAll("[data-live-topic]:not([data-bound])")) {
    box.dataset.bound = "";
    if (!ENDED.includes(box.dataset.state)) subscribe(box.dataset.liveTopic, (frame) => update(box, frame.data));
  }
  for (const strip of scope.querySelectorAll("[data-units-topic]:not([data-bound])")) {
    strip.dataset.bound = "";
    subscribe(strip.dataset.unitsTopic, (frame) => {
      for (const unit of frame.data.units ?? []) recolour(strip, unit);
    });
  }
}

bind();
