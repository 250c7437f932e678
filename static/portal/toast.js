// A short message in the corner; errors stay until they are closed.
const STAY = 5_000;

function shelf() {
  let element = document.getElementById("gp-toasts");
  if (!element) {
    element = document.createElement("div");
    element.id = "gp-toasts";
    element.className = "gp-toasts";
    element.setAttribute("aria-live", "polite");
    document.body.append(element);
  }
  return element;
}

export function toast(text, severity = "info") {
  const element = document.createElement("div");
  element.className = `gp-toast gp-toast--${severity}`;
  element.setAttribute("role", severity === "error" ? "alert" : "status");
  const words = document.createElement("span");
  words.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "gp-iconbutton";
  close.setAttribute("aria-label", "Close");
  close.textContent = "×";
  close.addEventListener("click", () => element.remove());
  element.append(words, close);
  shelf().append(element);
  if (severity !== "error") setTimeout(() => element.remove(), STAY);
  return element;
}
