// The audit log: rows open in place, and what happens meanwhile is counted above the list.
import { subscribe } from "../live.js";
import { refresh } from "../ago.js";
import { toast } from "../toast.js";

const table = document.querySelector("table.events");

async function open(link) {
  const row = document.getElementById(link.getAttribute("aria-controls"));
  const isOpen = link.getAttribute("aria-expanded") === "true";
  link.setAttribute("aria-expanded", String(!isOpen));
  row.hidden = isOpen;
  if (isOpen || row.dataset.filled) return;
  const answer = await fetch(link.dataset.moreUrl, { credentials: "same-origin" }).catch(() => null);
  if (!answer?.ok) {
    link.setAttribute("aria-expanded", "false");
    row.hidden = true;
    toast("The fact could not be read. Open its own page, or try again in a moment.", "error");
    return;
  }
  // Our own server's markup, escaped by its templates; scripts in a parsed document do not run.
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  row.cells[0].replaceChildren(...page.body.childNodes);
  row.dataset.filled = "true";
  refresh(row);
}

table?.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  const row = event.target.closest("tr[data-row]");
  const link = row?.querySelector("a[data-more-url]");
  const other = event.target.closest("a, button");
  if (!link || (other && other !== link)) return;
  event.preventDefault();
  open(link);
});

const hint = document.getElementById("events-new");

function fits(fact) {
  const { type, severity, subject } = hint.dataset;
  const isType = !type || (type.endsWith("*") ? fact.type.startsWith(type.slice(0, -1)) : fact.type === type);
  return isType && (!severity || fact.severity === severity) && (!subject || fact.subject.type === subject);
}

if (hint) {
  let count = 0;
  subscribe("events", (frame) => {
    if (!fits(frame.data)) return;
    count += 1;
    hint.querySelector("[data-count]").textContent = String(count);
    hint.hidden = false;
  });
}
