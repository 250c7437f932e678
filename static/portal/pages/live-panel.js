// One chart of the live page: which paths of a frame it shows, its history, and what it says when a number is not available.

// {"host": {"load": {"1": 0.5}}} → Map "host.load.1" → 0.5; what is not available keeps its reason.
export function flat(value, before = "", found = new Map()) {
  for (const [name, one] of Object.entries(value)) {
    if (typeof one === "number") found.set(before + name, one);
    else if (one && typeof one === "object") {
      if (one.value === null && "reason" in one) found.set(before + name, one);
      else flat(one, `${before}${name}.`, found);
    }
  }
  return found;
}

function pattern(path) {
  return new RegExp(`^${path.split("*").map((part) => part.replace(/[.]/g, "\\.")).join("(.+)")}$`);
}

export class Panel {
  constructor(element, make) {
    this.element = element;
    this.make = make;
    this.isFirst = element.parentElement.matches(":first-child");
    this.note = element.parentElement.querySelector(".live-note");
    this.wanted = JSON.parse(element.dataset.series).map(([path, label]) => ({ path, label, pattern: pattern(path) }));
    this.lines = [];
    this.step = 1;
    this.seconds = 300;
    this.bucket = [];
    this.points = [[]];
    this.queue = Promise.resolve();
  }

  prefixes() {
    return this.wanted.map((one) => one.path.split("*")[0]);
  }

  // The lines for the names that are there now: a new disk or process is a new line.
  expand(paths) {
    const lines = [];
    for (const { path, label, pattern: fits } of this.wanted) {
      if (!path.includes("*")) lines.push({ path, label });
      else for (const one of paths) {
        const match = fits.exec(one);
        if (match) lines.push({ path: one, label: label.replace("*", match[1]) });
      }
    }
    return lines;
  }

  async build(lines) {
    this.chart?.destroy();
    this.chart = null;
    this.lines = lines;
    this.element.querySelectorAll(":scope > :not(.gp-chart__missing)").forEach((one) => one.remove());
    if (!lines.length) return;
    const { unit, most } = this.element.dataset;
    const options = { window: this.seconds, step: this.step, group: "live", stacked: "stacked" in this.element.dataset, min: 0, height: 164 };
    if (most) options.max = Number(most);
    this.chart = await this.make(this.element, { ...options, series: lines.map(({ label }) => ({ label, unit })) });
    if (this.notes) this.chart.annotate(this.notes);
    if (this.paused) this.chart.pause(true);
  }

  // One thing at a time: a chart may still be loading when the next frame comes.
  then(work) {
    this.queue = this.queue.then(work);
    return this.queue;
  }

  fill({ times, series }, seconds) {
    return this.then(async () => {
      const lines = this.expand(Object.keys(series));
      const known = new Set(lines.map((line) => line.path));
      const all = [...lines, ...this.lines.filter((line) => !known.has(line.path))];
      if (!this.chart || !same(all, this.lines)) await this.build(all);
      const empty = new Array(times.length).fill(null);
      const filled = [times, ...all.map((line) => series[line.path] ?? empty)];
      const end = times.at(-1) ?? 0;
      const newer = this.points[0].findIndex((time) => time > end);
      if (newer >= 0 && this.points.length === filled.length) filled.forEach((row, at) => (filled[at] = [...row, ...this.points[at].slice(newer)]));
      this.points = filled.map((row) => [...row]);
      this.seconds = seconds;
      this.chart?.set(this.points);
    });
  }

  push(time, values) {
    this.then(async () => {
      const lines = this.expand(values.keys());
      if (!this.chart || lines.some((line) => !this.lines.some((one) => one.path === line.path))) {
        const known = this.points;
        const before = this.lines;
        await this.build([...before, ...lines.filter((line) => !before.some((one) => one.path === line.path))]);
        this.points = [known[0], ...this.lines.map((_, at) => known[at + 1] ?? new Array(known[0].length).fill(null))];
        this.chart?.set(this.points);
      }
      this.explain(values);
      const row = this.lines.map((line) => (typeof values.get(line.path) === "number" ? values.get(line.path) : null));
      if (this.step === 1) this.add(time, row);
      else this.gather(time, row);
    });
  }

  // In a long window a point is the mean of its step, as the ring's are.
  gather(time, row) {
    const slot = Math.floor(time / this.step) * this.step;
    if (this.bucket.length && this.slot !== slot) {
      const mean = row.map((_, at) => {
        const known = this.bucket.map((one) => one[at]).filter((one) => one !== null && one !== undefined);
        return known.length ? known.reduce((sum, one) => sum + one, 0) / known.length : null;
      });
      if (this.slot > (this.points[0].at(-1) ?? 0)) this.add(this.slot, mean);
      this.bucket = [];
    }
    this.slot = slot;
    this.bucket.push(row);
  }

  add(time, row) {
    if (time <= (this.points[0].at(-1) ?? 0)) return;
    const surplus = this.points[0].findIndex((one) => one >= time - this.seconds - 60);
    if (surplus > 300) for (const column of this.points) column.splice(0, surplus);
    this.points[0].push(time);
    row.forEach((value, at) => this.points[at + 1].push(value));
    this.chart?.push(time, row);
  }

  // What cannot be had is said with its reason, and never drawn as a zero.
  explain(values) {
    const reasons = new Map();
    for (const { path, label } of this.wanted) {
      for (let at = path.replace(/\.\*.*$/, ""); at; at = at.includes(".") ? at.slice(0, at.lastIndexOf(".")) : "") {
        const one = values.get(at);
        if (one && typeof one === "object") reasons.set(one.reason, [...(reasons.get(one.reason) ?? []), label]);
      }
    }
    for (const { path, label } of this.lines) {
      const one = values.get(path);
      if (one && typeof one === "object" && !this.wanted.some((wanted) => wanted.path === path)) reasons.set(one.reason, [...(reasons.get(one.reason) ?? []), label]);
    }
    const texts = [...reasons].map(([reason, labels]) => (labels.length < this.lines.length ? `${labels.join(", ")}: ${reason}` : reason));
    const text = texts.length ? `Not available: ${texts.join("; ")}` : "";
    if (this.note.textContent !== text) this.note.textContent = this.note.title = text;
    if (!this.lines.length && !texts.length) this.note.textContent = "Nothing of this kind was measured yet.";
  }

  window(seconds, step) {
    this.then(async () => {
      this.seconds = seconds;
      if (step !== this.step) {
        this.step = step;
        this.bucket = [];
        this.points = this.points.map(() => []);
      }
      if (!this.chart) return;
      this.chart.options.step = step;
      this.chart.set(this.points);
      this.chart.window(seconds);
    });
  }

  clear() {
    this.then(async () => {
      this.points = this.points.map(() => []);
      this.bucket = [];
    });
  }

  pause(paused) {
    this.paused = paused;
    this.chart?.pause(paused);
  }

  annotate(notes) {
    this.notes = notes;
    this.then(async () => this.chart?.annotate(notes));
  }
}

function same(lines, others) {
  return lines.length === others.length && lines.every((line, at) => line.path === others[at].path);
}
