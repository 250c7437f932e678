// <time datetime="…" data-ago>2 min ago</time>: kept true, with the reader's own time on hover.
import { humanAgo, localTime } from "./format.js";

const EVERY = 15_000;

export function refresh(scope = document) {
  const now = new Date();
  for (const element of scope.querySelectorAll("time[data-ago]")) {
    const moment = new Date(element.dateTime);
    if (Number.isNaN(moment.getTime())) continue;
    const words = humanAgo(moment, now);
    if (element.textContent !== words) element.textContent = words;
    element.title = localTime(moment);
  }
}

// For what a page module writes itself: <time> for a moment of the API.
export function timeElement(moment) {
  const element = document.createElement("time");
  element.dateTime = moment;
  element.dataset.ago = "";
  element.textContent = humanAgo(new Date(moment));
  element.title = localTime(new Date(moment));
  return element;
}

refresh();
setInterval(() => document.hidden || refresh(), EVERY);
document.addEventListener("visibilitychange", () => document.hidden || refresh());
document.addEventListener("htmx:afterSettle", (event) => refresh(event.target));
