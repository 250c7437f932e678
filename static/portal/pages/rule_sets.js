// A rule set: the recognizers as rows and as JSON, kept in step (the JSON is what is sent), each row checked by the portal while it is written; and "Try it".
import { combobox, enhanceAll, matching, optionsOf } from "../combobox.js";
import { toast } from "../toast.js";

const form = document.getElementById("rules-form");
const button = document.getElementById("try");
const result = document.getElementById("try-result");
const own = document.getElementById("own");
const rows = document.getElementById("own-rows");
const blank = document.getElementById("own-blank");
const text = document.getElementById("id_custom");
const wrongJson = document.getElementById("id_custom_error");
// Whether the JSON is ahead of the rows: somebody writes there, and it is not complete yet.
let isJson = document.getElementById("own-json").open;

const part = (card, name) => card.querySelector(`[data-part="${name}"]`);
const show = (card, name) => card.querySelector(`[data-show="${name}"]`);
const sentence = (words) => words.charAt(0).toUpperCase() + words.slice(1);
const cards = () => [...rows.querySelectorAll("[data-own]")];

function post(url, body) {
  return fetch(url, { method: "POST", headers: { "Content-Type": "application/json", "X-CSRFToken": form.elements.csrfmiddlewaretoken.value }, body: JSON.stringify(body) });
}

function later(act, wait) {
  let timer = 0;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(act, wait, ...given);
  };
}

// From a row to its recognizer, and back

function recognizer(card) {
  const value = (name) => part(card, name).value.trim();
  const kind = part(card, "kind").value;
  const weight = part(card, "weight").value.trim();
  const found = {
    name: value("name"),
    kind,
    entity: value("entity"),
    family: value("family"),
    pattern: kind === "dictionary" ? "" : part(card, "pattern").value,
    words: kind === "dictionary" ? part(card, "words").value.split("\n").map((one) => one.trim()).filter(Boolean) : [],
    context: value("context").split(",").map((one) => one.trim()).filter(Boolean),
    weight: weight === "" ? 8 : Number(weight),
  };
  if (kind === "regex" && part(card, "check").value) found.check = part(card, "check").value;
  return part(card, "is_enabled").checked ? found : { ...found, is_enabled: false };
}

function fill(card, one) {
  for (const name of ["name", "entity", "family", "pattern"]) part(card, name).value = one[name] ?? "";
  part(card, "kind").value = one.kind ?? "regex";
  part(card, "words").value = [one.words ?? []].flat().join("\n");
  part(card, "context").value = [one.context ?? []].flat().join(", ");
  part(card, "weight").value = one.weight ?? 8;
  part(card, "is_enabled").checked = one.is_enabled !== false;
  part(card, "check").value = one.check ?? "";
}

function describe(card) {
  const kind = part(card, "kind").value;
  for (const element of card.querySelectorAll("[data-for]")) element.hidden = !element.dataset.for.split(" ").includes(kind);
  show(card, "name").textContent = part(card, "name").value.trim() || "New recognizer";
  const entity = part(card, "entity").value.trim();
  const known = [...document.getElementById("known-entities").options].find((one) => one.value === entity);
  show(card, "what").textContent = known?.dataset.detail ?? sentence(entity.replaceAll("_", " ").toLowerCase());
  show(card, "off").hidden = part(card, "is_enabled").checked;
}

async function check(card) {
  const mine = (card.asked = (card.asked ?? 0) + 1);
  const answer = await post(own.dataset.check, { recognizer: recognizer(card) }).catch(() => null);
  const found = answer?.ok ? await answer.json() : null;
  if (!found || mine !== card.asked) return;
  for (const element of card.querySelectorAll("[data-error]")) {
    const { error } = element.dataset;
    element.textContent = found.errors[error]?.[0] ?? "";
    if (error && part(card, error)) part(card, error).setAttribute("aria-invalid", String(error in found.errors));
  }
  const fits = part(card, "kind").value === "field_name" ? "the name fits" : "every value fits";
  show(card, "score").textContent = found.score === null ? "" : `Alone: score ${found.score.toFixed(2)} when ${fits}.`;
  show(card, "wrong").hidden = !Object.keys(found.errors).length;
}

function wire(card) {
  const entity = part(card, "entity");
  combobox(entity, {
    find: (typed) => matching([...document.getElementById("known-entities").options].map((one) => ({ value: one.value, label: one.dataset.detail, detail: `${one.value} · ${one.dataset.family}`, family: one.dataset.family })), typed),
    choose: (option) => {
      part(card, "family").value = option.family;
    },
  });
  enhanceAll(card);
  const checked = later(check, 300);
  const changed = () => {
    describe(card);
    written();
    checked(card);
  };
  card.addEventListener("input", changed);
  card.addEventListener("change", changed);
  card.querySelector("[data-derive]").addEventListener("click", async () => {
    const lines = (name) => card.querySelector(`[data-${name}]`).value.split("\n").map((one) => one.trim()).filter(Boolean);
    const told = card.querySelector("[data-derived]");
    const answer = await post(own.dataset.derive, { examples: lines("examples"), counter_examples: lines("counter-examples") }).catch(() => null);
    const found = answer ? await answer.json() : { detail: "The portal did not answer. Try again." };
    told.textContent = answer?.ok ? `Made ${found.detail}. Look at it, and try it on values that it must not fit.` : found.detail;
    if (!answer?.ok) return;
    part(card, "pattern").value = found.pattern;
    part(card, "check").value = found.check;
    changed();
  });
  card.querySelector("[data-remove]").addEventListener("click", () => {
    card.remove();
    write();
    document.getElementById("own-add").focus();
    toast("Removed. It counts when you save.");
  });
  // Enter in a row must not save the page half-way.
  card.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("input")) event.preventDefault();
  });
  card.addEventListener("toggle", () => card.open && part(card, "name").value.trim() && check(card));
  describe(card);
}

function add(one = null) {
  const card = blank.content.firstElementChild.cloneNode(true);
  rows.append(card);
  if (one) {
    fill(card, one);
    card.open = false;
  }
  wire(card);
  return card;
}

function write() {
  isJson = false;
  text.value = JSON.stringify(cards().map(recognizer), null, 2);
  wrongJson.textContent = "";
  document.getElementById("own-none").hidden = cards().length > 0;
}
const written = later(write, 200);

// Whoever edits the JSON sees the rows follow.
const follow = later(() => {
  let found;
  try {
    found = JSON.parse(text.value.trim() || "[]");
    if (!Array.isArray(found) || found.some((one) => one === null || typeof one !== "object")) throw new SyntaxError("it is a list of recognizers");
  } catch (error) {
    wrongJson.textContent = `This is not complete: ${error.message}. The rows above show what was there before.`;
    return;
  }
  wrongJson.textContent = "";
  isJson = false;
  rows.replaceChildren();
  for (const one of found) check(add(one));
  document.getElementById("own-none").hidden = found.length > 0;
}, 400);

for (const card of cards()) wire(card);
document.getElementById("own-add")?.addEventListener("click", () => {
  if (isJson) return toast("Correct the JSON first: the rows cannot show it.", "error");
  const card = add();
  write();
  part(card, "name").focus();
});
text.addEventListener("input", () => {
  isJson = true;
  follow();
});
form.addEventListener("submit", (event) => {
  if (!isJson) return write();
  try {
    JSON.parse(text.value.trim() || "[]");
  } catch {
    // The rows would be lost with what cannot be read.
    event.preventDefault();
    toast("The JSON is not complete. Correct it, or go back to the rows: nothing was sent.", "error");
    text.focus();
  }
});

document.getElementById("find-family")?.addEventListener("input", (event) => {
  const words = event.target.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const row of document.querySelectorAll("[data-words]")) row.hidden = !words.every((word) => row.dataset.words.includes(word));
});

// Try it

function settings() {
  if (!isJson) write();
  const data = new FormData(form);
  const on = new Set(data.getAll("on"));
  const families = [...form.querySelectorAll('[name="on"]')].map((box) => box.value);
  const sensitivities = {};
  for (const [name, value] of data) if (name.startsWith("sensitivity.") && value) sensitivities[name.slice("sensitivity.".length)] = value;
  return {
    threshold: Number(data.get("threshold")),
    thresholds: JSON.parse(document.getElementById("rules-thresholds").textContent) || {},
    disabled: [...data.getAll("disabled_entity"), ...families.filter((one) => !on.has(one))],
    sensitivities,
    custom: JSON.parse(text.value || "[]"),
  };
}

function element(tag, className, ...content) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...content);
  return made;
}

function icon(name) {
  const made = element("span", "material-symbols-outlined gp-icon", name);
  made.setAttribute("aria-hidden", "true");
  return made;
}

function listed(heading, items) {
  return items.length ? [element("h3", "", heading), element("ul", "", ...items)] : [];
}

function say(words) {
  result.replaceChildren(element("p", "", words));
}

function tell(found) {
  const title = (entity) => found.titles[entity] ?? entity;
  const verdict = found.entity ? `${title(found.entity)}, score ${found.score.toFixed(2)}` : "Nothing sensitive";
  const why = found.evidence.map((one) => element("li", "", icon(one.weight > 0 ? "add" : "remove"), element("span", "", sentence(one.detail)), element("small", "", `${one.recognizer} · weight ${one.weight > 0 ? "+" : ""}${one.weight.toFixed(1)}`)));
  const against = found.against.map((one) => element("li", "", icon("remove"), element("span", "", sentence(one))));
  const mine = found.own.map((one) =>
    element("li", one.is_hit ? "rules-hit" : "rules-miss", icon(one.is_hit ? "check_circle" : "cancel"), element("span", "", element("b", "", one.name), ` ${one.is_hit ? "hits" : "does not hit"}`), element("small", "", one.detail), ...(one.misses.length ? [element("small", "", `Does not fit: ${one.misses.join(", ")}`)] : [])),
  );
  const others = found.candidates.filter(([entity]) => entity !== found.entity).map(([entity, score]) => element("li", "", icon("help"), element("span", "", `${title(entity)}, score ${score.toFixed(2)}`)));
  result.replaceChildren(
    element("div", "rules-result", element("p", "rules-result__verdict", verdict), element("p", "", found.reason), ...(found.method ? [element("p", "gp-muted", `Read just now: ${found.method}.`)] : []), ...listed("Your recognizers", mine), ...listed("What speaks for it", why), ...listed("What speaks against it", against), ...listed("Also considered", others)),
  );
}

async function classify() {
  const values = document.getElementById("try-values").value.split("\n").filter((line) => line.trim());
  const field = document.getElementById("try-field");
  const chosen = field.value.trim() && field.value === field.dataset.title ? field.dataset.chosen : "";
  if (field.value.trim() && !chosen) return say("Choose the field from the list, or clear that box.");
  if (!values.length && !chosen) return say("Paste some values, or choose a field.");
  let rules;
  try {
    rules = settings();
  } catch (error) {
    return say(`The recognizers are not JSON: ${error.message}`);
  }
  button.disabled = true;
  try {
    if (chosen) say("Reading a sample of the field …");
    const body = chosen ? { settings: rules } : { settings: rules, header: document.getElementById("try-header").value, values };
    const answer = await post(chosen ? `${field.dataset.fields}${chosen}/try/` : button.dataset.url, body);
    const found = await answer.json();
    if (!answer.ok) return say(Object.values(found.errors ?? {}).flat().join(" ") || found.detail);
    tell(found);
  } catch {
    say("The portal did not answer. Try again.");
  } finally {
    button.disabled = false;
  }
}

button?.addEventListener("click", classify);

const field = document.getElementById("try-field");
if (field)
  combobox(field, {
    wait: 200,
    find: async (typed) => {
      if (typed.trim().length < 2) return [];
      const answer = await fetch(`${field.dataset.fields}?${new URLSearchParams({ search: typed, limit: 20 })}`).catch(() => null);
      const found = answer?.ok ? (await answer.json()).results : [];
      return found.filter((one) => one.parent === null).map((one) => ({ value: `${one.dataset_name}.${one.name}`, detail: one.entity || one.type, pk: one.id }));
    },
    choose: (option) => {
      field.dataset.chosen = option.pk;
      field.dataset.title = option.value;
    },
  });
