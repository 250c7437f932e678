// The number beside the slider follows it; letting go asks for the preview (the form sends itself).
for (const slider of document.querySelectorAll("[data-threshold]")) {
  const shown = slider.form.querySelector("[data-threshold-value]");
  slider.addEventListener("input", () => {
    shown.textContent = Number(slider.value).toFixed(2);
  });
  // Another entity or rule set starts at its own threshold.
  for (const select of slider.form.querySelectorAll("select")) {
    select.addEventListener("change", () => {
      slider.disabled = true;
    });
  }
}
