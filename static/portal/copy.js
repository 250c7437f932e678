// <button data-copy="text">: copies it and says so.
import { toast } from "./toast.js";

async function copy(text) {
  if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
  // Plain http on another host than localhost has no clipboard API.
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "gp-hidden";
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (!done) throw new Error("the browser refused");
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  try {
    await copy(button.dataset.copy);
    toast("Copied.");
  } catch {
    toast("The browser does not allow copying here: select the text and copy it by hand.", "error");
  }
});
