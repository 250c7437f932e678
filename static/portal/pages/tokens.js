// Whoever may everything needs no list: the other boxes rest while "everything" is ticked.
const group = document.getElementById("token-scopes");
const all = group?.querySelector("[data-all]");

function settle() {
  for (const box of group.querySelectorAll("input[name=scope]")) {
    if (box !== all) box.disabled = all.checked;
  }
}

if (all) {
  all.addEventListener("change", settle);
  settle();
}
