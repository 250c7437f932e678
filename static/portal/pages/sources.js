// The form of a source: "Test connection" asks the API before anything is saved, and says beside each field what is wrong with it.
import { humanDuration } from "../format.js";

const form = document.getElementById("source-form");
const button = document.getElementById("test-connection");
const result = document.getElementById("check-result");
const MASK = "••••";
const SYMBOLS = { success: "check_circle", error: "error", info: "hourglass_top" };

function config() {
  const values = {};
  for (const input of form.querySelectorAll('[name^="config."]')) {
    const name = input.name.slice("config.".length);
    const forget = form.querySelector(`[name="forget.${CSS.escape(name)}"]`);
    if (input.type === "checkbox") values[name] = input.checked;
    else if (input.type === "number") input.value && (values[name] = Number(input.value));
    else if (input.value) values[name] = input.type === "password" ? input.value : input.value.trim();
    else if ("stored" in input.dataset && !forget?.checked) values[name] = MASK;
  }
  return values;
}

function made(tag, classes, ...children) {
  const one = document.createElement(tag);
  if (classes) one.className = classes;
  one.append(...children);
  return one;
}

function icon(symbol) {
  const one = made("span", "material-symbols-outlined gp-icon", symbol);
  one.setAttribute("aria-hidden", "true");
  return one;
}

// The answer in a colour, with an icon and in words; `parts` stand below it.
function show(kind, title, text = "", ...parts) {
  const words = made("div", "", made("p", "gp-notice__title", title), ...(text ? [made("p", "", text)] : []));
  result.replaceChildren(made("div", `gp-notice gp-notice--${kind}`, icon(SYMBOLS[kind]), words), ...parts);
  result.dataset.outcome = kind;
  result.hidden = false;
  result.scrollIntoView({ block: "nearest" });
}

// What the login can and cannot do there, each with its detail.
function capabilities(title, symbol, badge, rows) {
  if (!rows.length) return [];
  const items = rows.map((one) => made("li", "", made("span", `gp-badge ${badge}`, icon(symbol), symbol === "check" ? "yes" : "no"), made("span", "gp-list__words", one.name, made("small", "", one.detail))));
  return [made("h3", "gp-after", title), made("ul", "gp-list", ...items)];
}

function fieldOf(name) {
  const [, own] = /^config\.([^.]+)/.exec(name) ?? [];
  return own ? form.elements.namedItem(`config.${own}`) : form.elements.namedItem(name);
}

function clean() {
  for (const one of form.querySelectorAll(".gp-field__error")) one.remove();
  for (const one of form.querySelectorAll("[aria-invalid]")) one.removeAttribute("aria-invalid");
}

// Each message stands beside its field; what belongs to no field is given back.
function place(errors) {
  const rest = [];
  let first = null;
  for (const [name, texts] of Object.entries(errors)) {
    const input = fieldOf(name);
    if (!input?.closest) {
      rest.push(...texts);
      continue;
    }
    const told = made("p", "gp-field__error", icon("error"), ` ${texts.join(" ")}`);
    told.id = `${input.id}_errors`;
    input.closest(".gp-field").append(told);
    input.setAttribute("aria-invalid", "true");
    input.setAttribute("aria-describedby", `${input.id}_help ${told.id}`);
    first ??= input;
  }
  return { rest, first };
}

function refuse(problem) {
  const { rest, first } = place(problem.errors ?? {});
  const count = form.querySelectorAll('[aria-invalid="true"]').length;
  const marked = count ? `${count} field${count === 1 ? " needs" : "s need"} a change: see the red words beside ${count === 1 ? "it" : "them"}.` : "";
  const text = [...rest, marked].filter(Boolean).join(" ") || problem.detail;
  show("error", problem.errors ? "Nothing was connected to" : (problem.title ?? "That did not work"), text);
  first?.focus();
}

async function test() {
  button.disabled = true;
  clean();
  show("info", "Connecting…");
  try {
    const body = { kind: form.dataset.kind, config: config() };
    if (form.dataset.source) body.source = Number(form.dataset.source);
    const answer = await fetch(form.dataset.check, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
      body: JSON.stringify(body),
    });
    const found = await answer.json();
    if (answer.ok && !found.error) {
      const granted = (is) => found.capabilities.filter((one) => one.is_granted === is);
      show(
        "success",
        "The connection works",
        `${found.version}, answered in ${humanDuration(found.latency_s)}. ${form.dataset.source ? "Save" : "Add source"} keeps these settings.`,
        ...capabilities("What this login can do", "check", "gp-badge--state-complete", granted(true)),
        ...capabilities("What it cannot do, or not yet", "close", "gp-badge--severity-warning", granted(false)),
      );
    } else refuse(found.error ?? found);
  } catch {
    show("error", "The portal did not answer", "Check that you are online, and try again. Nothing was saved.");
  } finally {
    button.disabled = false;
  }
}

button?.addEventListener("click", test);
form?.addEventListener("input", ({ target }) => {
  document.getElementById(`${target.id}_errors`)?.remove();
  target.removeAttribute("aria-invalid");
});
