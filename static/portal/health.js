// [data-health="/readyz"]: what each part of the portal says of itself, asked after the page is there and again every 15 s.
import { badge } from "./badge.js";

const EVERY = 15_000;
const NAMES = { database: "Database", broker: "Broker", web: "Web", worker: "Workers", tasks: "Background tasks", beat: "Schedules", facts: "Facts", collect: "Measurements" };
const BADGES = { ok: ["ok", "check_circle", "Works"], missing: ["down", "error", "Not there"], unknown: ["unknown", "help", "Not known"] };

function line(name, part) {
  const item = document.createElement("li");
  const words = document.createElement("span");
  words.className = "gp-list__words";
  words.textContent = part.count > 1 ? `${NAMES[name] ?? name} (${part.count})` : (NAMES[name] ?? name);
  if (part.detail) {
    const small = document.createElement("small");
    small.textContent = part.detail;
    words.append(small);
  }
  item.append(words, badge(...(BADGES[part.state] ?? BADGES.unknown)));
  return item;
}

async function ask(list) {
  let parts;
  try {
    // 503 with a body is an answer too: it says which part is not there.
    const body = await (await fetch(list.dataset.health, { headers: { Accept: "application/json" } })).json();
    parts = { ...body.dependencies, ...body.processes };
  } catch {
    parts = { web: { state: "missing", detail: "The portal does not answer; this is asked again by itself." } };
  }
  list.replaceChildren(...Object.entries(parts).map(([name, part]) => line(name, part)));
  list.removeAttribute("aria-busy");
}

for (const list of document.querySelectorAll("[data-health]")) {
  ask(list);
  setInterval(() => document.hidden || ask(list), EVERY);
}
