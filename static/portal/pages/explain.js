// "Who can see this": the thing is found by its name; the form sends its kind and number.
import { combobox } from "../combobox.js";

const input = document.getElementById("explain-subject");
const { form } = input;
const type = form.elements.subject_type;
const id = form.elements.subject_id;

function chosen(option) {
  type.value = option?.type ?? "";
  id.value = option?.id ?? "";
  input.setCustomValidity("");
}

async function find(text) {
  const answer = await fetch(`${input.dataset.url}?${new URLSearchParams({ s: text })}`, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  const { results } = await answer.json();
  return results.map((one) => ({ ...one, value: one.title, detail: [one.type.replaceAll("_", " "), one.where].filter(Boolean).join(" · ") }));
}

const list = combobox(input, { find, choose: chosen, wait: 150 });
input.addEventListener("input", () => chosen(null));

form.addEventListener("submit", (event) => {
  if (!input.value.trim() || id.value) return;
  // A name that was typed in full needs no second look, if only one thing is called so.
  const same = list.options().filter((one) => one.value.toLowerCase() === input.value.trim().toLowerCase());
  if (same.length === 1) return chosen(same[0]);
  event.preventDefault();
  input.setCustomValidity("Choose it from the list.");
  input.reportValidity();
  list.open();
});
