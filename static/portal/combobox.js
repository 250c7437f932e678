// A text field with suggestions, as WAI-ARIA describes a combobox with a listbox: arrows walk, Enter takes, Escape closes.
// <input data-combobox list="…"> takes its suggestions from its datalist (value, and the label as a second line); data-combobox="many" completes the last part of a list with commas.
const MOST = 300;
let made = 0;

export function combobox(input, { find, choose = () => {}, wait = 0 }) {
  const id = `combo-${(made += 1)}`;
  const frame = document.createElement("span");
  frame.className = "gp-combo";
  input.replaceWith(frame);
  // Only one list may open.
  input.removeAttribute("list");
  const list = document.createElement("ul");
  list.id = id;
  list.className = "gp-combo__list";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Suggestions");
  const told = document.createElement("span");
  told.className = "gp-hidden";
  told.setAttribute("role", "status");
  frame.append(input, list, told);
  for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-controls", id], ["autocomplete", "off"], ["spellcheck", "false"]]) input.setAttribute(name, value);

  let options = [];
  let at = -1;
  let asked = 0;
  let timer = 0;

  function close() {
    clearTimeout(timer);
    asked += 1;
    list.hidden = true;
    list.replaceChildren();
    at = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function mark(index) {
    at = index;
    [...list.children].forEach((item, place) => item.setAttribute("aria-selected", String(place === at)));
    const item = list.children[at];
    if (!item) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", item.id);
    item.scrollIntoView({ block: "nearest" });
  }

  function take(option) {
    input.value = option.value;
    close();
    choose(option);
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function item(option, index) {
    const element = document.createElement("li");
    element.id = `${id}-${index}`;
    element.setAttribute("role", "option");
    element.setAttribute("aria-selected", "false");
    const words = document.createElement("span");
    words.className = "gp-combo__words";
    words.textContent = option.label ?? option.value;
    element.append(words);
    if (option.detail) {
      const detail = document.createElement("small");
      detail.textContent = option.detail;
      element.append(detail);
    }
    // The field keeps the focus: a press must not blur it.
    element.addEventListener("pointerdown", (event) => event.preventDefault());
    element.addEventListener("click", (event) => {
      // Inside a label a click would be handed on to the field.
      event.preventDefault();
      take(option);
    });
    return element;
  }

  async function open(isAll = false) {
    const mine = (asked += 1);
    const text = isAll ? "" : input.value.trim();
    let found;
    try {
      found = await find(text);
    } catch {
      found = null;
    }
    if (mine !== asked || document.activeElement !== input) return;
    if (found === null) {
      told.textContent = "The portal does not answer.";
      return close();
    }
    options = found.slice(0, MOST);
    list.replaceChildren(...options.map(item));
    told.textContent = options.length ? `${options.length} suggestion${options.length === 1 ? "" : "s"}` : "No suggestions";
    at = -1;
    input.removeAttribute("aria-activedescendant");
    list.hidden = !options.length;
    input.setAttribute("aria-expanded", String(options.length > 0));
    list.scrollIntoView({ block: "nearest" });
  }

  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(open, wait);
  };

  input.addEventListener("input", later);
  input.addEventListener("click", () => list.hidden && open(wait === 0));
  input.addEventListener("blur", close);
  input.addEventListener("keydown", async (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) await open(wait === 0);
      if (!options.length || list.hidden) return;
      const step = event.key === "ArrowDown" ? 1 : -1;
      mark(at === -1 && step < 0 ? options.length - 1 : (at + step + options.length) % options.length);
    } else if (event.key === "Enter" && !list.hidden && at >= 0) {
      event.preventDefault();
      take(options[at]);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      event.stopPropagation();
      close();
    }
  });
  return { open, close, options: () => options };
}

/** Options of a datalist that hold every typed word, those that begin with the text first. */
export function matching(options, text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const begins = (one) => [one.value, one.label ?? ""].some((part) => part.toLowerCase().startsWith(text.toLowerCase()));
  const fits = options.filter((one) => words.every((word) => `${one.value} ${one.label ?? ""} ${one.detail ?? ""}`.toLowerCase().includes(word)));
  return [...fits.filter(begins), ...fits.filter((one) => !begins(one))];
}

export function optionsOf(datalist) {
  return [...datalist.options].map((one) => ({ value: one.value, label: one.value || "(empty)", detail: one.dataset.detail ?? (one.textContent.trim() === one.value ? "" : one.textContent.trim()) }));
}

export function enhance(input) {
  const datalist = document.getElementById(input.getAttribute("list"));
  if (!datalist) return;
  const isMany = input.dataset.combobox === "many";
  const split = (text) => [text.slice(0, text.lastIndexOf(",") + 1), text.slice(text.lastIndexOf(",") + 1).trim()];
  combobox(input, {
    find: (text) => {
      if (!isMany) return matching(optionsOf(datalist), text);
      const [before, last] = split(text);
      return matching(optionsOf(datalist), last).map((one) => ({ ...one, value: before ? `${before} ${one.value}` : one.value }));
    },
  });
}

export function enhanceAll(root) {
  for (const input of root.querySelectorAll("input[data-combobox][list]")) enhance(input);
}

enhanceAll(document);
