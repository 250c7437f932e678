// <button data-confirm="This removes … . Continue?" data-confirm-text="Remove">: asks once in a dialog before a destructive act.
let waiting = null;

function dialog() {
  const found = document.getElementById("gp-confirm");
  if (found) return found;
  const element = document.createElement("dialog");
  element.id = "gp-confirm";
  element.className = "gp-dialog";
  element.setAttribute("aria-labelledby", "gp-confirm-text");
  element.innerHTML = `
    <form method="dialog">
      <p id="gp-confirm-text"></p>
      <div class="gp-dialog__buttons">
        <button class="gp-button" value="no">Go back</button>
        <button class="gp-button gp-button--danger" value="yes"></button>
      </div>
    </form>`;
  element.addEventListener("close", () => {
    const answer = waiting;
    waiting = null;
    answer?.(element.returnValue === "yes");
  });
  document.body.append(element);
  return element;
}

export function ask(question, yes = "Yes, do it") {
  const element = dialog();
  element.querySelector("#gp-confirm-text").textContent = question;
  element.querySelector('[value="yes"]').textContent = yes;
  element.returnValue = "no";
  element.showModal();
  // The safe answer has the focus: Enter by habit destroys nothing.
  element.querySelector('[value="no"]').focus();
  return new Promise((resolve) => {
    waiting = resolve;
  });
}

document.addEventListener(
  "click",
  async (event) => {
    const button = event.target.closest("[data-confirm]");
    if (!button || button.disabled) return;
    if (button.dataset.confirmed) {
      delete button.dataset.confirmed;
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    if (await ask(button.dataset.confirm, button.dataset.confirmText || button.textContent.trim())) {
      button.dataset.confirmed = "yes";
      button.click();
    }
  },
  true,
);
