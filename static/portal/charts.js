// uPlot in the portal's clothes: themed, resizing, one cursor for all charts of a group, and gaps that stay gaps.
//
//   const cpu = await chart(element, {
//     series: [{ label: "user", unit: "%" }, { label: "system", unit: "%" }],
//     window: 300,          // seconds shown
//     step: 1,              // expected distance of two points; a longer one is a gap
//     group: "live",        // shares the cursor and the zoom
//     min: 0, max: 100,     // optional fixed scale
//     stacked: false,
//   });
//   cpu.push(epochSeconds, [12.5, 3.1]);   cpu.set([[t…], [a…], [b…]]);   cpu.window(900);   cpu.pause(true);
//   cpu.annotate([{ time, text }]);         cpu.unavailable("reason");     cpu.destroy();
import { human, humanBytes, humanDuration } from "./format.js";
import { laidOut } from "./notes.js";

const SCRIPT = new URL("../vendor/uplot/uPlot.iife.min.js", import.meta.url).href;
const STYLE = new URL("../vendor/uplot/uPlot.min.css", import.meta.url).href;
const COLOURS = 8;
const DASHES = [[], [6, 3], [2, 3], [8, 3, 2, 3], [], [6, 3], [2, 3], [8, 3, 2, 3]];
const KEEP = 86_400;
const GAP = 2.5;
const HEIGHT = 180;
const BINARY = Array.from({ length: 60 }, (_, power) => 2 ** power);
const charts = new Set();
let loading = null;

function load() {
  loading ??= new Promise((resolve, reject) => {
    const style = document.createElement("link");
    style.rel = "stylesheet";
    style.href = STYLE;
    const script = document.createElement("script");
    script.src = SCRIPT;
    script.onload = () => resolve(window.uPlot);
    script.onerror = () => reject(new Error("The chart library did not load. Reload the page."));
    document.head.append(style, script);
  });
  return loading;
}

function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function words(unit) {
  if (unit === "bytes") return humanBytes;
  if (unit === "bytes/s") return (value) => (value === null || value === undefined ? "–" : `${humanBytes(value)}/s`);
  if (unit === "s") return humanDuration;
  return (value) => (value === null || value === undefined ? "–" : `${human(value)}${unit ? ` ${unit}` : ""}`);
}

// The reader's own clock: seconds only while they tell two ticks apart, the day once a tick is one.
function clock(seconds, step) {
  const moment = new Date(seconds * 1000);
  if (step >= 86_400) return moment.toLocaleDateString(undefined, { day: "numeric", month: "short" });
  const time = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  return moment.toLocaleTimeString(undefined, step < 60 ? { ...time, second: "2-digit" } : time);
}

// Rows further apart than a gap get an empty one between them, so that no line runs through what was not measured.
function withGaps(data, step) {
  const times = data[0];
  const out = data.map(() => []);
  for (let at = 0; at < times.length; at++) {
    if (at && times[at] - times[at - 1] > step * GAP) {
      out[0].push(times[at - 1] + step);
      for (let row = 1; row < data.length; row++) out[row].push(null);
    }
    for (let row = 0; row < data.length; row++) out[row].push(data[row][at] ?? null);
  }
  return out;
}

// A point between two gaps has no line to be seen by, so it is drawn as a dot.
function lonely(plot, series) {
  const row = plot.data[series];
  const missing = (at) => row[at] === null || row[at] === undefined;
  return row.flatMap((_, at) => (!missing(at) && missing(at - 1) && missing(at + 1) ? [at] : []));
}

function stack(data) {
  const sums = new Array(data[0].length).fill(0);
  return [data[0], ...data.slice(1).map((row) => row.map((value, at) => (value === null ? null : (sums[at] += value))))];
}

class Chart {
  constructor(element, options, uPlot) {
    this.element = element;
    this.uPlot = uPlot;
    this.options = { window: 300, step: 1, group: "portal", height: HEIGHT, stacked: false, ...options };
    this.data = [[], ...this.options.series.map(() => [])];
    this.notes = [];
    this.zoom = null;
    this.paused = false;
    this.waiting = false;
    element.classList.add("gp-chart");
    this.build();
    this.resizer = new ResizeObserver(() => this.resize());
    this.resizer.observe(element);
    charts.add(this);
  }

  build() {
    const { series, min, max, group, height } = this.options;
    const muted = token("--gp-muted");
    const format = words(series[0].unit);
    const axis = { stroke: muted, grid: { stroke: token("--gp-line"), width: 1 }, ticks: { show: false }, font: `11px ${token("--gp-font")}` };
    this.plot?.destroy();
    this.plot = new this.uPlot(
      {
        width: this.width(),
        height,
        cursor: { sync: { key: group, setSeries: false }, drag: { x: true, y: false }, points: { size: 6 } },
        legend: { live: true },
        scales: { x: { time: true, range: () => this.range() }, y: { range: (_, low, high) => this.reach(low, high, min, max) } },
        axes: [{ ...axis, space: 72, values: (_, ticks, __, ___, step) => ticks.map((tick) => clock(tick, step)) }, { ...axis, size: 64, values: (_, ticks) => ticks.map((tick) => format(tick)), ...(series[0].unit?.startsWith("bytes") ? { incrs: BINARY } : {}) }],
        series: [{ value: (_, time) => (time === null ? "–" : new Date(time * 1000).toLocaleTimeString()) }, ...series.map((one, at) => this.line(one, at))],
        // A stacked area is filled down to the one below it.
        bands: this.options.stacked ? series.slice(1).map((_, at) => ({ series: [at + 2, at + 1] })) : undefined,
        hooks: { setSelect: [(plot) => this.select(plot)], draw: [(plot) => this.drawNotes(plot)] },
      },
      this.shown(),
      this.element,
    );
    this.plot.over.addEventListener("dblclick", () => this.zoomTo(null, true));
  }

  line(one, at) {
    const colour = token(`--gp-chart-${(at % COLOURS) + 1}`);
    const format = words(one.unit);
    return {
      label: one.label,
      stroke: colour,
      fill: this.options.stacked || one.fill ? `${colour}33` : undefined,
      width: 1.5,
      dash: DASHES[at % DASHES.length],
      spanGaps: false,
      points: { show: false, size: 4, filter: lonely },
      value: (_, __, index, position) => format(position === null ? this.latest(index) : (this.raw[index]?.[position] ?? null)),
    };
  }

  latest(index) {
    return this.data[index].at(-1) ?? null;
  }

  range() {
    if (this.zoom) return this.zoom;
    const end = this.paused ? this.pausedAt : Math.max(this.data[0].at(-1) ?? 0, Date.now() / 1000 - this.options.step * GAP);
    return [end - this.options.window, end];
  }

  reach(low, high, min, max) {
    const bottom = min ?? Math.min(low ?? 0, 0);
    let top = max ?? high ?? 1;
    if (top <= bottom) top = bottom + 1;
    return [bottom, max === undefined ? bottom + (top - bottom) * 1.1 : top];
  }

  shown() {
    this.raw = withGaps(this.data, this.options.step);
    return this.options.stacked ? stack(this.raw) : this.raw;
  }

  push(time, values) {
    this.data[0].push(time);
    values.forEach((value, at) => this.data[at + 1].push(value ?? null));
    const surplus = this.data[0].findIndex((one) => one >= time - KEEP);
    if (surplus > 600) for (const row of this.data) row.splice(0, surplus);
    this.redraw();
  }

  // Replaces what is shown: history, or the filling of a gap after the connection was lost.
  set(data) {
    this.data = data.map((row) => [...row]);
    this.redraw();
  }

  redraw() {
    if (this.waiting || this.paused) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      if (this.plot) this.plot.setData(this.shown());
    });
  }

  window(seconds) {
    this.options.window = seconds;
    this.zoom = null;
    this.redraw();
  }

  pause(paused) {
    this.paused = paused;
    this.pausedAt = this.data[0].at(-1) ?? Date.now() / 1000;
    if (!paused) this.redraw();
  }

  select(plot) {
    if (plot.select.width < 4) return;
    const zoom = [plot.posToVal(plot.select.left, "x"), plot.posToVal(plot.select.left + plot.select.width, "x")];
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.zoomTo(zoom, true);
  }

  zoomTo(zoom, withGroup) {
    for (const one of withGroup ? [...charts].filter((other) => other.options.group === this.options.group) : [this]) {
      one.zoom = zoom;
      one.plot.setData(one.shown());
    }
    if (withGroup) this.element.dispatchEvent(new CustomEvent("gp:zoom", { bubbles: true, detail: { zoom } }));
  }

  annotate(notes) {
    this.notes = notes;
    this.plot.redraw(false);
  }

  drawNotes(plot) {
    const { ctx, bbox } = plot;
    const visible = this.notes.filter((note) => note.time >= plot.scales.x.min && note.time <= plot.scales.x.max).sort((one, other) => one.time - other.time);
    if (!visible.length) return;
    const scale = devicePixelRatio;
    ctx.save();
    ctx.font = `${11 * scale}px ${token("--gp-font")}`;
    ctx.textAlign = "left";
    const marks = visible.map((note) => ({ x: plot.valToPos(note.time, "x", true) / scale, text: note.text }));
    const groups = laidOut(marks, (text) => ctx.measureText(text).width / scale, bbox.left / scale, (bbox.left + bbox.width) / scale);
    ctx.strokeStyle = token("--gp-note");
    ctx.setLineDash([4 * scale, 4 * scale]);
    for (const { x } of groups) {
      ctx.beginPath();
      ctx.moveTo(Math.round(x * scale), bbox.top);
      ctx.lineTo(Math.round(x * scale), bbox.top + bbox.height);
      ctx.stroke();
    }
    for (const { text, row, from, to } of groups) {
      if (!text || row < 0) continue;
      const top = bbox.top + (2 + row * 15) * scale;
      // On paper of its own, so that neither a line nor the data runs through the words.
      ctx.fillStyle = token("--gp-paper");
      ctx.fillRect((from - 2) * scale, top, (to - from + 4) * scale, 14 * scale);
      ctx.fillStyle = token("--gp-note");
      ctx.fillText(text, from * scale, top + 11 * scale);
    }
    ctx.restore();
  }

  // Says why there is nothing to draw, instead of drawing a zero.
  unavailable(reason) {
    let words = this.element.querySelector(".gp-chart__missing");
    if (!words) {
      words = document.createElement("p");
      words.className = "gp-chart__missing";
      this.element.append(words);
    }
    words.textContent = reason ? `Not available: ${reason}` : "";
    words.hidden = !reason;
  }

  width() {
    return Math.max(this.element.clientWidth, 160);
  }

  resize() {
    if (this.plot && this.plot.width !== this.width()) this.plot.setSize({ width: this.width(), height: this.options.height });
  }

  destroy() {
    charts.delete(this);
    this.resizer.disconnect();
    this.plot.destroy();
    this.plot = null;
  }
}

export async function chart(element, options) {
  return new Chart(element, options, await load());
}

// Another theme, other colours: the lines are built anew, the data stays.
new MutationObserver(() => {
  for (const one of charts) one.build();
}).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
