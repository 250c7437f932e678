// Reads a preview when somebody asks for it. Values go into text nodes only, and nowhere else.
const box = document.querySelector("[data-preview]");
if (box) {
  const button = box.querySelector("[data-preview-load]");
  const status = box.querySelector("[data-preview-status]");
  button.addEventListener("click", () => {
    button.disabled = true;
    status.textContent = "Reading the source…";
    read()
      .catch(() => {
        status.textContent = "The portal did not answer. Nothing was read; try again.";
      })
      .finally(() => {
        button.disabled = false;
      });
  });

  async function read() {
    const answer = await fetch(`${box.dataset.preview}?rows=20`, { headers: { Accept: "application/json" } });
    const found = await answer.json();
    if (!answer.ok) {
      status.textContent = found.detail || "The preview could not be read.";
      return;
    }
    show(found);
    const masked = found.columns.filter((one) => one.is_masked).length;
    status.textContent = `${found.rows.length} rows, ${found.method}. ${masked ? `${masked} column${masked > 1 ? "s are" : " is"} masked for you. ` : ""}Reading them was recorded.`;
  }

  function show(found) {
    const frame = box.querySelector(".cat-preview");
    const head = document.createElement("tr");
    for (const column of found.columns) {
      const cell = document.createElement("th");
      cell.scope = "col";
      cell.textContent = column.name;
      const note = document.createElement("small");
      note.textContent = column.is_masked ? `masked: ${column.is_scanned ? column.sensitivity : "not scanned yet"}` : column.type;
      cell.append(note);
      head.append(cell);
    }
    const rows = found.rows.map((row) => {
      const line = document.createElement("tr");
      row.forEach((value, at) => {
        const cell = document.createElement("td");
        if (value === null) {
          cell.className = "gp-none";
          cell.textContent = "null";
        } else {
          if (found.columns[at].is_masked) cell.className = "cat-masked";
          cell.textContent = String(value);
          cell.title = String(value);
        }
        line.append(cell);
      });
      return line;
    });
    frame.querySelector("thead").replaceChildren(head);
    frame.querySelector("tbody").replaceChildren(...rows);
    frame.hidden = false;
  }
}
