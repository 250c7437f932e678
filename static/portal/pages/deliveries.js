// The log of a receiver: rows follow what becomes of their messages.
import { badge } from "../badge.js";
import { timeElement } from "../ago.js";
import { subscribe } from "../live.js";

const STATES = {
  pending: ["running", "schedule", "Waits"],
  sent: ["complete", "check_circle", "Delivered"],
  failed: ["failed", "error", "Given up"],
  silenced: ["aborted", "notifications_off", "Kept back"],
};

function show(data) {
  const row = document.querySelector(`[data-notification="${CSS.escape(String(data.id))}"]`);
  if (!row || !STATES[data.state]) return;
  const cell = (name) => row.querySelector(`[data-cell="${name}"]`);
  row.dataset.state = data.state;
  cell("state").replaceChildren(badge(...STATES[data.state]));
  cell("said").textContent = data.error || data.answer || "–";
  cell("attempts").textContent = data.attempts;
  cell("next").hidden = !(data.state === "pending" && data.attempts && data.due);
  if (!cell("next").hidden) cell("next").replaceChildren("Next attempt ", timeElement(data.due), ".");
  if (data.state === "sent") cell("again").replaceChildren();
}

async function catchUp() {
  // What was sent between the page and its connection.
  if (!document.querySelector('[data-state="pending"], [data-state="sending"]')) return;
  const answer = await fetch(log.dataset.log).catch(() => null);
  if (answer?.ok) (await answer.json()).results.forEach(show);
}

const log = document.querySelector("[data-log]");
if (log) {
  subscribe("alerts", ({ type, data }) => type === "notification" && show(data));
  document.addEventListener("gp:live", ({ detail }) => detail.state === "open" && catchUp());
  catchUp();
}
