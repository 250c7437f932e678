// The page of a scan: squares and findings as they come; the list of scans; the form of a schedule.
import { human, percent } from "../format.js";
import { subscribe } from "../live.js";
import { stateBadge } from "../progress.js";

const strip = document.getElementById("units");
const words = document.getElementById("unit-words");
const MOST_ROWS = 200;
const over = ["complete", "failed", "aborted"];

function describe(unit) {
  const parts = [unit.key, unit.state];
  if (unit.seconds !== null) parts.push(`${unit.seconds} s`);
  if (unit.rows !== null) parts.push(`${human(unit.rows)} rows`);
  if (unit.error) parts.push(unit.error);
  return parts.join(", ");
}

function paint(unit) {
  let square = strip.querySelector(`[data-unit="${CSS.escape(unit.id)}"]`);
  if (!square) {
    square = document.createElement("span");
    square.setAttribute("role", "listitem");
    square.dataset.unit = unit.id;
    strip.append(square);
  }
  square.className = `gp-unit gp-unit--${unit.state}`;
  square.title = describe(unit);
  square.setAttribute("aria-label", square.title);
}

function cell(row, text, label = "", tag = "td") {
  const element = document.createElement(tag);
  if (label) element.dataset.label = label;
  element.append(text);
  row.append(element);
  return element;
}

function log(one) {
  const table = document.getElementById("found");
  const body = table.tBodies[0];
  const row = document.createElement("tr");
  const link = document.createElement("a");
  link.href = `${body.dataset.datasetUrl}${one.dataset_id}/change/`;
  link.textContent = one.dataset;
  cell(row, link, "", "th").scope = "row";
  cell(row, one.field, "Field");
  const entity = document.createElement("span");
  entity.textContent = one.title;
  entity.title = one.entity;
  cell(row, entity, "Holds");
  cell(row, percent(one.score), "Score").className = "gp-right";
  const mark = cell(row, "");
  if (one.is_new) {
    const badge = document.createElement("span");
    badge.className = "gp-badge gp-badge--new";
    badge.textContent = "new";
    mark.append(badge);
  }
  body.prepend(row);
  while (body.rows.length > MOST_ROWS) body.rows[body.rows.length - 1].remove();
  table.hidden = false;
  document.getElementById("nothing-found").hidden = true;
}

async function fill() {
  // The squares are read once the plan is made, and again after a lost connection.
  let address = `/api/v1/scans/${strip.dataset.topic.slice("scan:".length)}/units/?limit=500`;
  for (let pages = 0; address && pages < 4; pages += 1) {
    const answer = await fetch(address);
    if (!answer.ok) return;
    const found = await answer.json();
    for (const one of found.results) {
      const seconds = one.started && one.finished ? (new Date(one.finished) - new Date(one.started)) / 1000 : null;
      paint({ id: one.id, key: one.key, state: one.state, rows: one.rows, seconds, error: one.error?.detail ?? "" });
    }
    address = found.next;
  }
}

if (strip && !over.includes(strip.dataset.state)) {
  let isFilled = Number(strip.dataset.known) > 0;
  subscribe(strip.dataset.topic, (frame) => {
    const { units = [], found = [], progress } = frame.data;
    if (!isFilled && progress?.total) {
      isFilled = true;
      fill();
    }
    units.forEach(paint);
    found.forEach(log);
  });
  document.addEventListener("gp:live", ({ detail }) => detail.state === "open" && detail.again && fill());
}

if (strip) {
  strip.addEventListener("mouseover", (event) => {
    const square = event.target.closest("[data-unit]");
    if (square) words.textContent = square.title;
  });
}

const scans = document.querySelector("[data-scans]");
if (scans) {
  subscribe("scans", ({ data }) => {
    for (const run of data.runs ?? [data]) {
      const row = scans.querySelector(`[data-scan="${CSS.escape(run.id)}"]`);
      if (!row) continue;
      const { done, failed, total, rows } = run.progress;
      row.querySelector('[data-cell="state"]').replaceChildren(stateBadge(run.state, run.outcome));
      row.querySelector('[data-cell="rows"]').textContent = human(rows);
      if (total) row.querySelector('[data-cell="units"]').textContent = over.includes(run.state) ? human(total) : `${done + failed} of ${total}`;
    }
  });
}

const every = document.getElementById("id_every");
if (every) {
  const choose = () => {
    for (const field of document.querySelectorAll("[data-for]")) field.hidden = !field.dataset.for.split(" ").includes(every.value);
  };
  every.addEventListener("change", choose);
  choose();
}

for (const select of document.querySelectorAll("[data-submits]")) select.addEventListener("change", () => select.form.requestSubmit());
