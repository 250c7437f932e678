// Words at moments of a chart, laid out so that none stands on another: close moments become one with a count, the rest is stacked in rows.
const ROWS = 3;
const REACHES = [16, 40, 90, 180]; // pixels within which moments are taken together, widened until all words fit
const SPACE = 6;
const KINDS = 2;

// What one line says: each kind of event once, with how often it came.
function words(texts) {
  const counts = new Map();
  for (const text of texts) if (text) counts.set(text, (counts.get(text) ?? 0) + 1);
  const told = [...counts].map(([text, count]) => (count > 1 ? `${count} × ${text}` : text));
  const rest = [...counts.values()].slice(KINDS).reduce((sum, count) => sum + count, 0);
  return told.slice(0, KINDS).join(", ") + (rest ? ` +${rest}` : "");
}

function merged(marks, reach) {
  const groups = [];
  for (const { x, text } of marks) {
    const before = groups.at(-1);
    if (before && x - before.x < reach) before.texts.push(text);
    else groups.push({ x, texts: [text] });
  }
  return groups.map(({ x, texts }) => ({ x, count: texts.length, text: words(texts) }));
}

// Right of its line, or left of it near the right edge; in the first row where nothing stands yet, or nowhere.
function placed(group, taken, measure, left, right) {
  if (!group.text) return { ...group, row: 0, from: group.x, to: group.x };
  const width = measure(group.text);
  const sides = [group.x + SPACE, group.x - SPACE - width].filter((from) => from >= left && from + width <= right);
  for (let row = 0; row < ROWS; row++) {
    for (const from of sides) {
      const isFree = !(taken[row] ?? []).some((other) => from < other.to + SPACE && other.from < from + width + SPACE);
      if (isFree) return { ...group, row, from, to: from + width };
    }
  }
  return { ...group, row: -1, from: 0, to: 0 };
}

// `marks` are {x, text} by x; `measure` tells a text's width; all in the same pixels. Answers {x, text, count, row, from, to}; row −1: a line without words.
export function laidOut(marks, measure, left, right) {
  let best = [];
  for (const reach of REACHES) {
    const taken = [];
    best = merged(marks, reach).map((group) => {
      const one = placed(group, taken, measure, left, right);
      if (one.text && one.row >= 0) (taken[one.row] ??= []).push(one);
      return one;
    });
    if (best.every((one) => one.row >= 0)) break;
  }
  return best;
}
