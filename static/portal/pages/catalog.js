// Lists and pages of the catalog: filters that send themselves, rows that are chosen, columns that a person picks, words that search while typing.
document.documentElement.classList.add("js");

for (const form of document.querySelectorAll("form[data-autosubmit]")) {
  form.addEventListener("change", () => form.requestSubmit());
  form.addEventListener("submit", () => {
    // Empty filters would only make the address longer.
    for (const field of form.elements) if (field.name && !field.value) field.disabled = true;
  });
}
// The browser brings the page back as it was left.
window.addEventListener("pageshow", () => {
  for (const field of document.querySelectorAll("form[data-autosubmit] :disabled")) field.disabled = false;
});

for (const form of document.querySelectorAll("form[data-selection]")) {
  const boxes = [...form.querySelectorAll('input[name="chosen"]')];
  const all = form.querySelector("[data-select-all]");
  const bar = form.querySelector("[data-selection-bar]");
  if (!bar) continue;
  const show = () => {
    const chosen = boxes.filter((box) => box.checked).length;
    bar.hidden = chosen === 0;
    bar.querySelector("[data-selection-count]").textContent = String(chosen);
    all.checked = chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
    // A choice of an entity is needed to set one only.
    for (const select of bar.querySelectorAll("select[required]")) select.required = false;
  };
  let last = null;
  form.addEventListener("click", (event) => {
    const box = event.target.closest('input[name="chosen"]');
    if (!box) return;
    if (event.shiftKey && last) {
      const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((one, other) => one - other);
      for (const one of boxes.slice(from, to + 1)) one.checked = box.checked;
    }
    last = box;
    show();
  });
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
    show();
  });
  const current = () => form.querySelector('.gp-row-current input[name="chosen"]');
  const chooseRow = document.querySelector("[data-choose-row]");
  chooseRow?.addEventListener("click", () => {
    const box = current() ?? boxes[0];
    box.checked = !box.checked;
    show();
  });
  document.querySelector("[data-choose-all]")?.addEventListener("click", () => all.click());
  if ("currentRow" in form.dataset) {
    // Where nothing is chosen, C, R and S are about the row that J and K went to.
    document.addEventListener(
      "keydown",
      (event) => {
        if (!["c", "r", "s"].includes(event.key) || event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, select, textarea") || document.querySelector("dialog[open]")) return;
        const box = current();
        if (!bar.hidden || !box) return;
        box.checked = true;
        show();
      },
      true,
    );
  }
  document.addEventListener("keydown", (event) => {
    if (chooseRow || event.key !== "x" || event.ctrlKey || event.metaKey || event.target.matches("input, select, textarea")) return;
    const box = current();
    if (!box) return;
    box.checked = !box.checked;
    show();
  });
  show();
}

// A reason that was typed beside Confirm and Reject goes along with Set, too.
for (const form of document.querySelectorAll("form[data-carry-reason]")) {
  form.addEventListener("submit", () => {
    form.elements.reason.value = document.getElementById(form.dataset.carryReason).elements.reason.value;
  });
}

for (const table of document.querySelectorAll("table[data-columns]")) chooseColumns(table);

function chooseColumns(table) {
  const key = `columns:${table.dataset.columns}`;
  const hidden = new Set(JSON.parse(localStorage.getItem(key) || "[]"));
  const apply = () => {
    for (const cell of table.querySelectorAll("[data-col]")) cell.hidden = hidden.has(cell.dataset.col);
  };
  const menu = document.createElement("details");
  menu.className = "cat-columns-choice";
  const summary = document.createElement("summary");
  summary.className = "gp-button gp-button--small";
  summary.textContent = "Columns";
  const list = document.createElement("div");
  for (const head of table.querySelectorAll("th[data-col]")) {
    const label = document.createElement("label");
    const box = document.createElement("input");
    box.type = "checkbox";
    box.checked = !hidden.has(head.dataset.col);
    box.addEventListener("change", () => {
      if (box.checked) hidden.delete(head.dataset.col);
      else hidden.add(head.dataset.col);
      localStorage.setItem(key, JSON.stringify([...hidden]));
      apply();
    });
    label.append(box, ` ${head.textContent.replace(/[↑↓]/g, "").trim()}`);
    list.append(label);
  }
  menu.append(summary, list);
  document.querySelector(".cat-filters")?.append(menu);
  document.addEventListener("click", (event) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
  apply();
}

for (const form of document.querySelectorAll("form[data-typing]")) searchWhileTyping(form);

function searchWhileTyping(form) {
  const input = form.querySelector('input[type="search"]');
  const results = document.getElementById("results");
  let timer = null;
  let asked = 0;
  const search = async () => {
    const turn = ++asked;
    const address = `?${new URLSearchParams(new FormData(form))}`;
    const answer = await fetch(`${address}&part=results`, { headers: { Accept: "text/html" } });
    // An older answer that comes late must not overwrite a newer one.
    if (turn !== asked || !answer.ok) return;
    const part = new DOMParser().parseFromString(await answer.text(), "text/html");
    results.replaceChildren(...part.body.childNodes);
    history.replaceState(history.state, "", address);
  };
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => search().catch(() => form.requestSubmit()), 150);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown") return;
    event.preventDefault();
    results.querySelector("[data-row-link]")?.focus();
  });
}
