// The inbox: keys act on the chosen alerts or on the current row, and rows follow what happens. The page of one alert.
import { badge } from "../badge.js";
import { subscribe } from "../live.js";
import { human } from "../format.js";
import { toast } from "../toast.js";

const inbox = document.getElementById("alerts-form");
const page = document.querySelector("[data-alert-page]");

for (const select of document.querySelectorAll("select[data-submits]")) select.addEventListener("change", () => select.form.requestSubmit());

// Silence: open by click or by S, the cursor in the reason, closed by Escape.
for (const details of document.querySelectorAll(".alerts-silence")) {
  details.addEventListener("toggle", () => details.open && details.querySelector("[name=reason]").focus());
  details.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    details.open = false;
    details.querySelector("summary").focus();
  });
}

if (inbox) {
  const boxes = () => [...inbox.querySelectorAll("[name=chosen]")];
  const all = inbox.querySelector("[data-all]");
  const words = inbox.querySelector("[data-chosen]");
  const tell = () => {
    const chosen = boxes().filter((box) => box.checked).length;
    if (words) words.textContent = chosen ? `${chosen} chosen` : "None chosen";
    if (all) {
      all.checked = chosen > 0 && chosen === boxes().length;
      all.indeterminate = chosen > 0 && !all.checked;
    }
  };
  all?.addEventListener("change", () => {
    for (const box of boxes()) box.checked = all.checked;
    tell();
  });
  inbox.addEventListener("change", tell);
  inbox.addEventListener("submit", (event) => {
    if (boxes().some((box) => box.checked)) return;
    const current = document.querySelector(".gp-row-current [name=chosen]");
    if (current) {
      current.checked = true;
      return;
    }
    event.preventDefault();
    toast("Choose an alert first: tick it, or walk to it with J and K.");
  });
  // Enter in the reason silences; the first button of the form would acknowledge.
  inbox.querySelector("[name=reason]")?.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    inbox.requestSubmit(inbox.querySelector("[value=silence]"));
  });
  tell();
}

page?.querySelector("[name=reason]")?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  page.requestSubmit(page.querySelector("[value=silence]"));
});

const STATES = { firing: ["notifications_active", "Firing"], acknowledged: ["visibility", "Acknowledged"], resolved: ["check_circle", "Resolved"] };

function stateBadge(state) {
  return badge(state, ...STATES[state]);
}

const news = document.getElementById("alerts-new");
const seen = new Set();

function follow(frame) {
  if (frame.type !== "alert") return;
  const { id, state, count, priority } = frame.data;
  const row = document.querySelector(`[data-alert="${CSS.escape(String(id))}"]`);
  if (row) {
    row.dataset.state = state;
    row.querySelector('[data-cell="state"]').replaceChildren(stateBadge(state));
    row.querySelector('[data-cell="count"]').textContent = count > 1 ? `${human(count)} times` : "once";
    row.querySelector('[data-cell="priority"]').textContent = Math.round(priority);
  } else if (news && state === "firing") {
    seen.add(id);
    showNews(seen.size);
  }
}

function showNews(count) {
  news.querySelector("[data-count]").textContent = count;
  news.hidden = false;
}

if (inbox || news) {
  subscribe("alerts", follow);
  // After a gap nobody knows how many there were.
  document.addEventListener("gp:live", ({ detail }) => {
    if (detail.again && news) showNews("Maybe");
  });
}

if (page) {
  subscribe("alerts", (frame) => {
    if (frame.type === "alert" && String(frame.data.id) === page.dataset.alertPage) toast("This alert has changed. Load the page again to see it.");
  });
}
