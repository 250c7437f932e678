// The form of an alert rule: what the chosen fact holds is suggested, and the portal says at once what the rule would have matched.
import { timeElement } from "../ago.js";
import { combobox, matching } from "../combobox.js";
import { toast } from "../toast.js";

const rule = document.getElementById("rule-form");
const show = (name) => document.querySelector(`[data-preview="${name}"]`);
const text = (name) => rule.elements[name].value.trim();
const many = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;
let paths = [];
let learning = null;

// What stands in the facts that the pattern means

let asked = 0;
async function learn() {
  // Who only reads the rule is not told what facts hold.
  if (!rule.dataset.paths) return;
  const mine = (asked += 1);
  const answer = await fetch(`${rule.dataset.paths}?${new URLSearchParams({ pattern: text("pattern") })}`, { headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer?.ok || mine !== asked) return;
  ({ paths } = await answer.json());
}

for (const line of rule.querySelectorAll(".alerts-condition")) {
  const [path, , value] = line.querySelectorAll("input, select");
  combobox(path, {
    find: async (typed) => {
      await learning;
      return matching(paths.map((one) => ({ value: one.path, detail: one.kind })), typed);
    },
  });
  combobox(value, {
    find: async (typed) => {
      await learning;
      const known = paths.find((one) => one.path === path.value.trim())?.values ?? {};
      const last = typed.slice(typed.lastIndexOf(",") + 1).trim();
      const isMany = line.querySelector("select").value === "in";
      const before = isMany ? typed.slice(0, typed.lastIndexOf(",") + 1) : "";
      return matching(Object.entries(known).map(([one, title]) => ({ value: one, detail: title })), isMany ? last : typed).map((one) => ({ ...one, label: one.value, value: before ? `${before} ${one.value}` : one.value }));
    },
  });
}

// What it would have matched

function conditions() {
  const lines = [...rule.querySelectorAll(".alerts-condition")];
  return lines.map((line) => line.querySelectorAll("input, select")).filter(([path]) => path.value.trim()).map(([path, op, value]) => ({ path: path.value.trim(), op: op.value, value: valueOf(op.value, value.value.trim()) }));
}

function valueOf(op, given) {
  if (op === "exists" || op === "missing") return null;
  if (op === "in") return given.split(",").map((one) => one.trim()).filter(Boolean);
  return given !== "" && Number.isFinite(Number(given)) ? Number(given) : given || null;
}

function tell(found) {
  show("matched").textContent = (found.is_more ? "at least " : "") + found.matched;
  show("words").textContent = `${found.matched === 1 ? "fact" : "facts"} would have matched, in ${many(found.alerts, "alert")}.`;
  show("read").textContent = `${many(found.read, "fact")} of such a type ${found.read === 1 ? "was" : "were"} recorded${found.is_more ? "; only the newest were read" : ""}.`;
  const items = found.latest.map((one) => {
    const link = document.createElement("a");
    link.className = "gp-link";
    link.href = `/admin/core/event/${one.event}/change/`;
    link.textContent = one.title;
    const when = document.createElement("small");
    when.className = "gp-muted";
    when.append(timeElement(one.time));
    const item = document.createElement("li");
    item.append(link, " ", when);
    return item;
  });
  show("heading").hidden = !items.length;
  show("examples").replaceChildren(...items);
}

let tried = 0;
async function tryIt(isAsked) {
  const mine = (tried += 1);
  const body = { name: text("name") || "preview", pattern: text("pattern"), title: text("title") || "{subject}", severity: text("severity"), condition: conditions(), group_by: text("group_by").split(",").map((one) => one.trim()).filter(Boolean) };
  if (!body.pattern && !isAsked) return;
  const headers = { "Content-Type": "application/json", "X-CSRFToken": rule.elements.csrfmiddlewaretoken.value };
  const answer = await fetch(rule.dataset.preview, { method: "POST", headers, body: JSON.stringify(body) }).catch(() => null);
  const found = await answer?.json().catch(() => null);
  if (mine !== tried) return;
  if (answer?.ok && found) return tell(found);
  // While somebody writes, half a rule is no mistake.
  if (isAsked) toast(Object.values(found?.errors ?? {}).flat().join(" ") || (found?.detail ?? "The portal does not answer. Try again in a moment."), "error");
}

rule.addEventListener("submit", (event) => {
  if (event.submitter?.id !== "rule-preview") return;
  event.preventDefault();
  tryIt(true);
});

// Whatever is chosen or finished (not each letter) is tried by itself.
rule.addEventListener("change", (event) => {
  if (event.target.name === "pattern") learning = learn();
  if (["pattern", "path", "op", "value"].includes(event.target.name) && isWhole()) tryIt(false);
});

/** Whether it is a rule that the portal can try: a type, paths that there are, and a value wherever a comparison needs one. */
function isWhole() {
  const isKnown = (path) => /^data(\.[A-Za-z0-9_-]+)*$/.test(path) || paths.some((one) => one.path === path);
  const hasValue = (one) => ["exists", "missing"].includes(one.op) || (one.value !== null && one.value.length !== 0);
  return /^[a-z_*?]+(\.[a-z_*?]+)*$/.test(text("pattern")) && conditions().every((one) => isKnown(one.path) && hasValue(one));
}

learning = learn();
