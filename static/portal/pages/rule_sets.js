// "Try it": classifies pasted values with the rules as they stand in the form.
const form = document.getElementById("rules-form");
const button = document.getElementById("try");
const result = document.getElementById("try-result");

function settings() {
  const data = new FormData(form);
  const on = new Set(data.getAll("on"));
  const families = [...form.querySelectorAll('[name="on"]')].map((box) => box.value);
  const sensitivities = {};
  for (const [name, value] of data) if (name.startsWith("sensitivity.") && value) sensitivities[name.slice("sensitivity.".length)] = value;
  return {
    threshold: Number(data.get("threshold")),
    disabled: [...data.getAll("disabled_entity"), ...families.filter((one) => !on.has(one))],
    sensitivities,
    custom: JSON.parse(data.get("custom") || "[]"),
  };
}

function say(...lines) {
  result.replaceChildren(
    ...lines.map((text) => {
      const line = document.createElement("p");
      line.textContent = text;
      return line;
    }),
  );
}

async function classify() {
  const values = document.getElementById("try-values").value.split("\n").filter((line) => line.trim());
  if (!values.length) return say("Paste some values first.");
  let rules;
  try {
    rules = settings();
  } catch (error) {
    return say(`The recognizers of your own are not JSON: ${error.message}`);
  }
  button.disabled = true;
  try {
    const answer = await fetch(button.dataset.url, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
      body: JSON.stringify({ settings: rules, header: document.getElementById("try-header").value, values }),
    });
    const found = await answer.json();
    if (!answer.ok) return say(found.detail);
    const others = found.candidates.map(([entity, score]) => `${entity} ${score.toFixed(2)}`).join(", ");
    say(found.entity ? `${found.entity}, score ${found.score.toFixed(2)}` : "Nothing sensitive", found.reason, ...(others ? [`Considered: ${others}`] : []));
  } catch {
    say("The portal did not answer. Try again.");
  } finally {
    button.disabled = false;
  }
}

button?.addEventListener("click", classify);
