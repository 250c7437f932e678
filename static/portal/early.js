// Runs before the first paint: the canvas takes the theme's colour at once, so a dark page does not flash white.
// Alpine sets the class `dark` itself later; setting it here would keep Alpine from ever removing it.
(() => {
  let chosen = "auto";
  try {
    chosen = JSON.parse(localStorage.getItem("adminTheme") || '"auto"');
  } catch {
    // A value that somebody else wrote, or no storage at all: follow the system.
  }
  const dark = chosen === "dark" || (chosen === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
})();
