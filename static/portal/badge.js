// A badge as the templates write it: a colour by its state, an icon and words.

export function icon(symbol) {
  const element = document.createElement("span");
  element.className = "material-symbols-outlined gp-icon";
  element.setAttribute("aria-hidden", "true");
  element.textContent = symbol;
  return element;
}

export function badge(state, symbol, words) {
  const element = document.createElement("span");
  element.className = `gp-badge gp-badge--state-${state}`;
  element.append(icon(symbol), words);
  return element;
}
