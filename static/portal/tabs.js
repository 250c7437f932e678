// [data-tabs] holds a [role=tablist] of a[data-tab] and sections [data-panel]. The open tab stands in the URL's hash.
function tabsOf(box) {
  return [...box.querySelectorAll('[role="tab"]')].filter((tab) => tab.closest("[data-tabs]") === box);
}

function panelsOf(box) {
  return [...box.querySelectorAll("[data-panel]")].filter((panel) => panel.closest("[data-tabs]") === box);
}

function open(box, id, { focus = false } = {}) {
  const tabs = tabsOf(box);
  if (!tabs.some((tab) => tab.dataset.tab === id)) return false;
  for (const tab of tabs) {
    const selected = tab.dataset.tab === id;
    tab.setAttribute("aria-selected", String(selected));
    tab.tabIndex = selected ? 0 : -1;
    if (selected && focus) tab.focus();
  }
  for (const panel of panelsOf(box)) panel.hidden = panel.dataset.panel !== id;
  box.dispatchEvent(new CustomEvent("gp:tab", { bubbles: true, detail: { id } }));
  return true;
}

function prepare(box) {
  for (const panel of panelsOf(box)) {
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", `tab-${panel.dataset.panel}`);
    panel.tabIndex = 0;
  }
  for (const tab of tabsOf(box)) tab.setAttribute("aria-controls", `panel-${tab.dataset.tab}`);
  for (const panel of panelsOf(box)) panel.id ||= `panel-${panel.dataset.panel}`;
  const wanted = location.hash.slice(1);
  if (!open(box, wanted)) open(box, box.dataset.tabs || tabsOf(box)[0]?.dataset.tab);
}

document.addEventListener("click", (event) => {
  const tab = event.target.closest('[data-tabs] [role="tab"]');
  if (!tab || event.metaKey || event.ctrlKey) return;
  event.preventDefault();
  open(tab.closest("[data-tabs]"), tab.dataset.tab);
  history.replaceState(history.state, "", `#${tab.dataset.tab}`);
});

document.addEventListener("keydown", (event) => {
  const tab = event.target.closest?.('[data-tabs] [role="tab"]');
  if (!tab) return;
  const box = tab.closest("[data-tabs]");
  const tabs = tabsOf(box);
  const at = tabs.indexOf(tab);
  const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
  if (next === undefined) return;
  event.preventDefault();
  const id = tabs[(next + tabs.length) % tabs.length].dataset.tab;
  open(box, id, { focus: true });
  history.replaceState(history.state, "", `#${id}`);
});

window.addEventListener("hashchange", () => {
  for (const box of document.querySelectorAll("[data-tabs]")) open(box, location.hash.slice(1));
});

for (const box of document.querySelectorAll("[data-tabs]")) prepare(box);
