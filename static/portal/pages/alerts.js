// The inbox: keys act on the chosen alerts or on the current row, and rows follow what happens. The page of one alert; the preview of a rule.
import { subscribe } from "../live.js";
import { human } from "../format.js";
import { toast } from "../toast.js";

const inbox = document.getElementById("alerts-form");
const rule = document.getElementById("rule-form");
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
  const [symbol, word] = STATES[state];
  const badge = document.createElement("span");
  badge.className = `gp-badge gp-badge--state-${state}`;
  const icon = document.createElement("span");
  icon.className = "material-symbols-outlined gp-icon";
  icon.setAttribute("aria-hidden", "true");
  icon.textContent = symbol;
  badge.append(icon, word);
  return badge;
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

if (rule) {
  const show = (name) => document.querySelector(`[data-preview="${name}"]`);
  const text = (name) => rule.elements[name].value.trim();
  const many = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;

  function conditions() {
    const lines = [...rule.querySelectorAll(".alerts-condition")];
    return lines.map((line) => line.querySelectorAll("input, select")).filter(([path]) => path.value.trim()).map(([path, op, value]) => ({ path: path.value.trim(), op: op.value, value: valueOf(op.value, value.value.trim()) }));
  }

  function valueOf(op, given) {
    if (op === "exists" || op === "missing") return null;
    if (op === "in") return given.split(",").map((one) => one.trim()).filter(Boolean);
    return given !== "" && Number.isFinite(Number(given)) ? Number(given) : given || null;
  }

  rule.addEventListener("submit", async (event) => {
    if (event.submitter?.id !== "rule-preview") return;
    event.preventDefault();
    const body = { name: text("name") || "preview", pattern: text("pattern"), title: text("title") || "{subject}", severity: text("severity"), condition: conditions(), group_by: text("group_by").split(",").map((one) => one.trim()).filter(Boolean) };
    const token = rule.elements.csrfmiddlewaretoken.value;
    const answer = await fetch(rule.dataset.preview, { method: "POST", headers: { "Content-Type": "application/json", "X-CSRFToken": token }, body: JSON.stringify(body) }).catch(() => null);
    const found = await answer?.json().catch(() => null);
    if (!answer?.ok || !found) return toast(found?.detail ?? "The portal does not answer. Try again in a moment.", "error");
    show("matched").textContent = (found.is_more ? "at least " : "") + found.matched;
    show("words").textContent = `${found.matched === 1 ? "fact" : "facts"} would have matched, in ${many(found.alerts, "alert")}.`;
    show("read").textContent = `${many(found.read, "fact")} of such a type ${found.read === 1 ? "was" : "were"} recorded${found.is_more ? "; only the newest were read" : ""}.`;
    const items = found.examples.map((one) => {
      const item = document.createElement("li");
      item.textContent = one;
      return item;
    });
    show("examples").replaceChildren(...items);
  });
}
