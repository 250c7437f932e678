// Numbers as people read them; the same words as governance/core/face/numbers.py.
const NOTHING = "–";
const THOUSANDS = [[1e12, "T"], [1e9, "G"], [1e6, "M"], [1e3, "k"]];
const BYTES = [[2 ** 40, "TB"], [2 ** 30, "GB"], [2 ** 20, "MB"], [2 ** 10, "kB"]];
const ALMOST = 0.99951;
const SPANS = [[365 * 86400, "year"], [30 * 86400, "month"], [86400, "day"], [3600, "h"], [60, "min"]];
const LONG_SPANS = ["year", "month", "day"];

const missing = (value) => value === null || value === undefined || Number.isNaN(value);
const grouped = (value) => Math.round(value).toLocaleString("en-US");

function digits(value) {
  const size = Math.abs(value);
  if (size && size < 1) return String(Number(value.toPrecision(3)));
  return String(Number(value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2)));
}

function pair(major, unit, minor, smaller) {
  return minor ? `${major} ${unit} ${minor} ${smaller}` : `${major} ${unit}`;
}

export function human(value) {
  if (missing(value)) return NOTHING;
  for (const [size, letter] of THOUSANDS) {
    if (Math.abs(value) >= Math.max(size * ALMOST, 10_000)) return `${digits(value / size)} ${letter}`;
  }
  return Number.isInteger(value) ? grouped(value) : digits(value);
}

// Never 100 % when something is missing, never 0 % when something is there.
export function percent(share) {
  if (missing(share)) return NOTHING;
  const value = 100 * share;
  if (value > 0 && value < 0.01) return "< 0.01 %";
  if (value >= 99.9 && value < 100) return "99.9 %";
  return value >= 10 || value === 0 ? `${value.toFixed(0)} %` : `${Number(value.toPrecision(2))} %`;
}

export function exact(value) {
  return missing(value) ? "" : value.toLocaleString("en-US", { maximumFractionDigits: 10 });
}

export function humanBytes(value) {
  if (missing(value)) return NOTHING;
  for (const [size, unit] of BYTES) {
    if (Math.abs(value) >= size) return `${digits(value / size)} ${unit}`;
  }
  return `${grouped(value)} B`;
}

export function humanDuration(seconds) {
  if (missing(seconds)) return NOTHING;
  if (seconds <= 0) return "0 s";
  if (seconds < 0.001) return "< 1 ms";
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 10) return `${Number(seconds.toFixed(1))} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return pair(Math.floor(whole / 60), "min", whole % 60, "s");
  if (whole < 2 * 86400) return pair(Math.floor(whole / 3600), "h", Math.floor((whole % 3600) / 60), "min");
  return `${Math.floor(whole / 86400)} days`;
}

export function humanAgo(moment, now = new Date()) {
  const seconds = (now - moment) / 1000;
  if (Math.abs(seconds) < 5) return "just now";
  const words = largest(Math.abs(seconds));
  return seconds > 0 ? `${words} ago` : `in ${words}`;
}

export function localTime(moment) {
  return moment.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "long" });
}

function largest(seconds) {
  for (const [size, unit] of SPANS) {
    if (seconds >= size) {
      const count = Math.floor(seconds / size);
      return `${count} ${unit}${LONG_SPANS.includes(unit) && count > 1 ? "s" : ""}`;
    }
  }
  return `${Math.round(seconds)} s`;
}
