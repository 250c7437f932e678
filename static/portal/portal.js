// Everything a page of the portal can rely on. Behaviour hangs on data attributes, listened to once on the document.
import "./ago.js";
import "./confirm.js";
import "./copy.js";
import "./keys.js";
import "./progress.js";
import "./tabs.js";

// The theme writes a chosen file's name into a text field beside the input, which our forms do not have: its listener would fail.
document.addEventListener("change", (event) => event.target.matches?.('.gp-page input[type="file"]') && event.stopPropagation(), true);

// The page that is open stays in sight in a sidebar that is longer than the screen.
// SimpleBar builds its own scroller when the page has loaded, so this comes after it.
addEventListener("load", () => setTimeout(() => document.querySelector("#nav-sidebar-apps a.active")?.scrollIntoView({ block: "nearest" })));

// The canvas behind the page follows the theme that Alpine has chosen.
const root = document.documentElement;
const follow = () => {
  root.dataset.theme = root.classList.contains("dark") ? "dark" : "light";
};
new MutationObserver(follow).observe(root, { attributes: true, attributeFilter: ["class"] });
