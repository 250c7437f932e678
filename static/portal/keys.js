// data-key="c" on a button, link or field is pressed by C; J and K walk through [data-rows]; ? shows what there is.
const GENERAL = [["Ctrl K", "Find anything"], ["/", "Search this list"], ["J / K", "Next and previous row"], ["Enter", "Open the row"], ["Ctrl E", "Light or dark"], ["?", "This help"]];

function isTyping(event) {
  const element = event.target;
  return element.isContentEditable || element.matches?.("input, textarea, select, [role=textbox]");
}

function isBusy() {
  return document.querySelector("dialog[open]") !== null;
}

function reachable() {
  return [...document.querySelectorAll("[data-key]")].filter((element) => !element.disabled && element.getClientRects().length);
}

function press(key) {
  const element = reachable().find((one) => one.dataset.key.toLowerCase() === key);
  if (!element) return false;
  if (element.matches("input, textarea, select")) element.focus();
  else element.click();
  return true;
}

function rows() {
  return [...document.querySelectorAll("[data-rows] [data-row], #result_list tr.data-row")].filter((row) => row.getClientRects().length);
}

function linkOf(row) {
  return row.matches("a[href]") ? row : row.querySelector("[data-row-link], th a[href], a[href]");
}

function walk(by) {
  const all = rows();
  if (!all.length) return false;
  const at = all.findIndex((row) => row.classList.contains("gp-row-current"));
  const next = all[Math.min(Math.max(at + by, 0), all.length - 1)];
  for (const row of all) row.classList.toggle("gp-row-current", row === next);
  next.scrollIntoView({ block: "nearest" });
  next.dispatchEvent(new CustomEvent("gp:row", { bubbles: true }));
  return true;
}

function enter() {
  const row = document.querySelector(".gp-row-current");
  const link = row && linkOf(row);
  if (!link) return false;
  link.click();
  return true;
}

function help() {
  let sheet = document.getElementById("gp-keys");
  if (!sheet) {
    sheet = document.createElement("dialog");
    sheet.id = "gp-keys";
    sheet.className = "gp-dialog";
    sheet.setAttribute("aria-label", "Keyboard shortcuts");
    sheet.innerHTML = '<form method="dialog"><h2>Keyboard shortcuts</h2><dl class="gp-keys"></dl><div class="gp-dialog__buttons"><button class="gp-button">Close</button></div></form>';
    document.body.append(sheet);
  }
  const here = reachable().map((element) => [element.dataset.key.toUpperCase(), element.dataset.keyTitle || words(element)]);
  const list = sheet.querySelector("dl");
  list.replaceChildren();
  for (const [key, meaning] of [...here, ...GENERAL]) {
    const line = document.createElement("div");
    const term = document.createElement("dt");
    const kbd = document.createElement("kbd");
    kbd.textContent = key;
    term.append(kbd);
    const description = document.createElement("dd");
    description.textContent = meaning;
    line.append(term, description);
    list.append(line);
  }
  sheet.showModal();
}

function words(element) {
  if (element.ariaLabel) return element.ariaLabel;
  const copy = element.cloneNode(true);
  for (const symbol of copy.querySelectorAll("[aria-hidden=true], kbd")) symbol.remove();
  return (copy.textContent.trim() || element.title || element.placeholder || "").replace(/\s+/g, " ");
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event) || isBusy()) return;
  const key = event.key.toLowerCase();
  let done = false;
  if (event.key === "?") {
    help();
    done = true;
  } else if (press(key)) {
    done = true;
  } else if (key === "j" || key === "k") {
    done = walk(key === "j" ? 1 : -1);
  } else if (key === "enter" && (event.target === document.body || event.target.closest?.("[data-rows]") === event.target)) {
    done = enter();
  }
  if (done) event.preventDefault();
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-keys-help]")) help();
});
