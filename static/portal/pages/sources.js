// The form of a source: "Test connection" asks the API before anything is saved.
import { humanDuration } from "../format.js";

const form = document.getElementById("source-form");
const button = document.getElementById("test-connection");
const result = document.getElementById("check-result");
const MASK = "••••";

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

function line(symbol, words, detail = "") {
  const row = document.createElement("p");
  row.className = "gp-check";
  const icon = document.createElement("span");
  icon.className = "material-symbols-outlined gp-icon";
  icon.setAttribute("aria-hidden", "true");
  icon.textContent = symbol;
  const text = document.createElement("span");
  text.textContent = words;
  if (detail) {
    const small = document.createElement("small");
    small.textContent = ` ${detail}`;
    text.append(small);
  }
  row.append(icon, text);
  return row;
}

function show(title, lines) {
  const heading = document.createElement("h2");
  heading.textContent = title;
  result.replaceChildren(heading, ...lines);
  result.hidden = false;
  result.scrollIntoView({ block: "nearest" });
}

async function test() {
  button.disabled = true;
  show("Connecting…", []);
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
      const granted = found.capabilities.map((one) => line(one.is_granted ? "check" : "close", `${one.is_granted ? "" : "not: "}${one.name}`, one.detail));
      show("The connection works", [line("check_circle", found.version, `answered in ${humanDuration(found.latency_s)}`), ...granted]);
    } else {
      const problem = found.error ?? found;
      const fields = Object.entries(problem.errors ?? {}).map(([name, texts]) => line("error", `${name.replace(/^config\.?/, "") || "Together"}: ${texts.join(" ")}`));
      show(problem.title ?? "That did not work", fields.length ? fields : [line("error", problem.detail)]);
    }
  } catch {
    show("The portal did not answer", [line("error", "Check that you are online, and try again. Nothing was saved.")]);
  } finally {
    button.disabled = false;
  }
}

button?.addEventListener("click", test);
