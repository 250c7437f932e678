// The live page: history from the ring, then a frame a second. A gap is filled from the ring when the connection is back.
import { chart } from "../charts.js";
import { human, humanBytes } from "../format.js";
import { subscribe } from "../live.js";
import { Panel, flat } from "./live-panel.js";

const HISTORY = "/api/v1/metrics/live/";
const EVENTS = "/api/v1/events/";
const NOTED = { "scans.run.started": "scan begins", "scans.run.completed": "scan done", "scans.run.failed": "scan failed", "scans.run.aborted": "scan cancelled" };
const LATE = 4; // seconds without a frame after which the page says so
const STEPS = [900, 1, 10, 120]; // as the API answers: each second up to 15 min
const PROCESS = [["count", human], ["cpu", (value) => `${human(value)} %`], ["rss", humanBytes], ["pss", humanBytes], ["threads", human]];

const state = document.getElementById("live-state");
const windows = document.getElementById("live-window");
const instances = document.getElementById("live-instance");
const pauseButton = document.getElementById("live-pause");
const zoomButton = document.getElementById("live-zoom");
const rows = new Map();
const panels = [...document.querySelectorAll("[data-chart]")].map((element) => new Panel(element, chart));
const address = new URL(location.href);

let instance = address.searchParams.get("instance") ?? "";
let seconds = Number(address.searchParams.get("window")) || 300;
if (![...windows.options].some((option) => Number(option.value) === seconds)) seconds = 300;
windows.value = String(seconds);
let last = null;
let paused = false;
let asked = 0;

function stepOf(window) {
  return window <= STEPS[0] ? STEPS[1] : Math.max(STEPS[2], Math.ceil(window / 720 / STEPS[2]) * STEPS[2]);
}

async function ask(path, parameters) {
  const answer = await fetch(`${path}?${new URLSearchParams(parameters)}`, { headers: { Accept: "application/json" } });
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.detail ?? `The portal answered ${answer.status}.`);
  return body;
}

// Reads the whole window again; frames that come meanwhile stay at its end.
async function fill() {
  const mine = ++asked;
  try {
    const paths = [...new Set(panels.flatMap((panel) => panel.prefixes()))];
    const body = await ask(HISTORY, { window: seconds, series: paths.join(","), ...(instance ? { instance } : {}) });
    if (mine !== asked) return;
    offer(body.instances, body.instance);
    await Promise.all(panels.map((panel) => panel.fill(body, seconds)));
  } catch (error) {
    if (mine === asked) say("late", `The last ${words()} could not be read: ${error.message}`);
  }
  note();
}

function words() {
  return windows.selectedOptions[0].textContent;
}

function offer(names, chosen) {
  instance ||= chosen;
  if (names.length > 1 && instances.options.length !== names.length) {
    instances.replaceChildren(...names.map((name) => new Option(name, name, name === instance, name === instance)));
    document.getElementById("live-instances").hidden = false;
  }
}

function receive(frame) {
  if (frame.type === "absent") return say("late", `Not available: ${frame.data.reason}.`);
  if (instance && frame.data.instance !== instance) return;
  instance ||= frame.data.instance;
  last = frame.data;
  const values = flat(last);
  for (const panel of panels) panel.push(last.at, values);
  if (!paused) list(last.processes);
  say("live", `Measured on ${last.instance} at ${new Date(last.at * 1000).toLocaleTimeString()}`);
}

function say(kind, text) {
  state.dataset.state = kind;
  if (state.textContent !== text) state.textContent = text;
}

function list(processes) {
  if (!processes || processes.value === null) return;
  for (const [name, one] of Object.entries(processes)) {
    if (!rows.has(name)) rows.set(name, row(name));
    rows.get(name).forEach((cell, at) => {
      const value = one[PROCESS[at][0]];
      const isMissing = typeof value === "object";
      cell.textContent = isMissing ? "–" : PROCESS[at][1](value);
      cell.title = isMissing ? `Not available: ${value.reason}` : "";
    });
  }
}

// The cells of a process; rows of those that are known already are there from the start.
function row(name) {
  const present = document.querySelector(`[data-process="${CSS.escape(name)}"]`);
  if (present) return [...present.querySelectorAll("td")];
  const line = document.getElementById("live-processes").insertRow();
  const head = document.createElement("th");
  head.scope = "row";
  head.textContent = name;
  line.append(head);
  return PROCESS.map(() => {
    const cell = line.insertCell();
    cell.className = "gp-right";
    return cell;
  });
}

// What happened meanwhile, as far as this reader may see it, stands in the charts as lines; words in the first chart of each group.
async function note() {
  try {
    const since = new Date(Date.now() - seconds * 1000).toISOString();
    const body = await ask(EVENTS, { type: "scans.run.*", since, limit: 100 });
    const notes = body.results.filter((one) => one.type in NOTED).map((one) => ({ time: Date.parse(one.time) / 1000, text: NOTED[one.type] }));
    panels.forEach((panel) => panel.annotate(panel.isFirst ? notes : notes.map(({ time }) => ({ time, text: "" }))));
  } catch {
    // Charts without annotations are right too.
  }
}

function remember() {
  address.searchParams.set("window", seconds);
  if (instance && !document.getElementById("live-instances").hidden) address.searchParams.set("instance", instance);
  history.replaceState(null, "", address);
}

function show() {
  for (const panel of panels) panel.window(seconds, stepOf(seconds));
  zoomButton.disabled = true;
  remember();
  fill();
}

windows.addEventListener("change", () => {
  seconds = Number(windows.value);
  show();
});
instances.addEventListener("change", () => {
  instance = instances.value;
  for (const panel of panels) panel.clear();
  show();
});
pauseButton.addEventListener("click", () => {
  paused = !paused;
  pauseButton.setAttribute("aria-pressed", String(paused));
  pauseButton.querySelector("span:last-child").textContent = paused ? "Go on" : "Pause";
  pauseButton.querySelector(".gp-icon").textContent = paused ? "play_arrow" : "pause";
  for (const panel of panels) panel.pause(paused);
});
zoomButton.addEventListener("click", () => {
  panels.find((panel) => panel.chart)?.chart.zoomTo(null, true);
});
document.addEventListener("gp:zoom", (event) => {
  zoomButton.disabled = !event.detail.zoom;
});
document.addEventListener("gp:live", ({ detail }) => {
  if (detail.state === "open" && detail.again) fill();
  if (detail.state === "lost") say("late", `Connection lost; shown until ${detail.since ? detail.since.toLocaleTimeString() : "now"}. The gap is filled when the portal answers.`);
  if (detail.state === "ended") say("late", "Your session has ended. Sign in again to see live measurements.");
});
document.addEventListener("gp:live-error", ({ detail }) => {
  if (detail.topic === "system") say("late", detail.error.detail);
});
setInterval(() => {
  if (state.dataset.state === "live" && Date.now() / 1000 - last.at > LATE) {
    say("late", `Nothing measured since ${new Date(last.at * 1000).toLocaleTimeString()}: beat or collect is not there.`);
  }
}, 1000);

for (const panel of panels) panel.window(seconds, stepOf(seconds));
fill().finally(() => subscribe("system", receive));
subscribe("events", (frame) => {
  if (frame.type in NOTED) note();
});
