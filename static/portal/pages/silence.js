// The form of a silence: the end is asked for only when it is a time, and times in UTC are told in the reader's own as well.
import { localTime } from "../format.js";

const hours = document.getElementById("id_hours");
const until = document.querySelector("[data-until]");
const choose = () => {
  until.hidden = hours.value !== "";
  until.querySelector("input").required = hours.value === "";
};
hours.addEventListener("change", choose);
choose();

for (const words of document.querySelectorAll("[data-local]")) {
  const input = document.getElementById(words.dataset.local);
  const tell = () => {
    words.textContent = input.value ? ` For you that is ${localTime(new Date(`${input.value}Z`))}.` : "";
  };
  input.addEventListener("input", tell);
  tell();
}
