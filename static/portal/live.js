// One websocket for the whole page. subscribe(topic, callback) → unsubscribe(). It opens with the first subscription, comes back by
// itself, and tells with `gp:live` on the document: {state: "open" | "lost" | "ended", again: whether frames may be missing, since: Date}.
const FIRST_WAIT = 500;
const LONGEST_WAIT = 15_000;
const TOO_MANY = 4429;
const ENDED = [4401, 4408];

const callbacks = new Map();
let socket = null;
let wait = FIRST_WAIT;
let timer = null;
let lastFrame = null;
let wasOpen = false;

export function subscribe(topic, callback) {
  if (!callbacks.has(topic)) {
    callbacks.set(topic, new Set());
    if (isOpen()) send({ subscribe: [topic] });
  }
  callbacks.get(topic).add(callback);
  if (!socket && !timer) connect();
  return () => unsubscribe(topic, callback);
}

function unsubscribe(topic, callback) {
  const group = callbacks.get(topic);
  if (!group?.delete(callback) || group.size) return;
  callbacks.delete(topic);
  if (isOpen()) send({ unsubscribe: [topic] });
}

function isOpen() {
  return socket?.readyState === WebSocket.OPEN;
}

function send(message) {
  socket.send(JSON.stringify(message));
}

function connect() {
  timer = null;
  const address = new URL("/ws/live/", location.href);
  address.protocol = address.protocol.replace("http", "ws");
  socket = new WebSocket(address);
  socket.addEventListener("open", () => {
    send({ subscribe: [...callbacks.keys()] });
    tell("open", { again: wasOpen });
    wasOpen = true;
  });
  socket.addEventListener("message", (event) => {
    wait = FIRST_WAIT;
    receive(JSON.parse(event.data));
  });
  socket.addEventListener("close", (event) => {
    socket = null;
    if (ENDED.includes(event.code)) return tell("ended");
    if (event.code === TOO_MANY) wait = LONGEST_WAIT;
    tell("lost");
    retry();
  });
}

function retry() {
  if (timer) return;
  // Spread, so that a restarted server is not met by every page at once.
  timer = setTimeout(connect, wait * (0.75 + Math.random() / 2));
  wait = Math.min(wait * 2, LONGEST_WAIT);
}

function retryNow() {
  if (!timer || document.hidden) return;
  clearTimeout(timer);
  wait = FIRST_WAIT;
  connect();
}

function receive(frame) {
  if (frame.type === "gap") return tell("open", { again: true });
  lastFrame = new Date();
  if (frame.error) {
    document.dispatchEvent(new CustomEvent("gp:live-error", { detail: frame }));
    return;
  }
  for (const callback of [...(callbacks.get(frame.topic) ?? [])]) callback(frame);
}

function tell(state, detail = {}) {
  show(state);
  document.dispatchEvent(new CustomEvent("gp:live", { detail: { state, again: false, since: lastFrame, ...detail } }));
}

const WORDS = {
  open: ["Live", "Connected: this page updates by itself."],
  lost: ["Reconnecting…", "The connection is lost. The page keeps what it shows and goes on by itself when the portal answers again."],
  ended: ["Signed out", "Your session has ended. Sign in again to see live data."],
};

function show(state) {
  const element = document.getElementById("gp-live");
  if (!element) return;
  element.hidden = false;
  element.dataset.state = state;
  const [text, title] = WORDS[state];
  element.querySelector(".gp-live__text").textContent = text;
  element.title = title;
}

window.addEventListener("online", retryNow);
document.addEventListener("visibilitychange", retryNow);
