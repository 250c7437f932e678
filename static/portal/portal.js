// Everything a page of the portal can rely on. Behaviour hangs on data attributes, listened to once on the document.
import "./ago.js";
import "./confirm.js";
import "./copy.js";
import "./keys.js";
import "./progress.js";
import "./tabs.js";

// The canvas behind the page follows the theme that Alpine has chosen.
const root = document.documentElement;
const follow = () => {
  root.dataset.theme = root.classList.contains("dark") ? "dark" : "light";
};
new MutationObserver(follow).observe(root, { attributes: true, attributeFilter: ["class"] });
