/** A page to flip through the pairs and to mark each result with the keyboard; it runs from the disk. */

interface PagePair {
  readonly number: number;
  readonly letters: readonly string[];
}

/** Pictures are read from `blind/NUMBER-content.jpg`, `-style`, `-A`, `-B` beside the page. */
export const flipPage = (run: string, pairs: readonly PagePair[]): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Blind pairs</title>
<style>
  body { margin: 0; padding: 12px 16px; background: #f6f4ef; color: #1e1f22; font: 16px/1.4 system-ui, sans-serif; }
  header, footer { display: flex; gap: 16px; align-items: baseline; flex-wrap: wrap; }
  h1 { font-size: 20px; margin: 0; }
  main { display: grid; grid-auto-flow: column; grid-auto-columns: 1fr; gap: 12px; margin: 12px 0; }
  figure { margin: 0; padding: 6px; border-radius: 8px; border: 3px solid transparent; text-align: center; }
  figure.chosen { border-color: #b4532a; background: #fff; }
  img { width: 100%; height: calc(100vh - 170px); object-fit: contain; }
  .mark { display: inline-block; min-width: 1.6em; font-weight: bold; }
  button, label { font: inherit; padding: 4px 12px; border: 1px solid #c9c5bb; border-radius: 6px; background: #fff; cursor: pointer; }
  kbd { border: 1px solid #c9c5bb; border-radius: 4px; padding: 0 5px; background: #fff; font: inherit; }
</style>
<header><h1></h1><span id="done"></span></header>
<main></main>
<footer>
  <span><kbd>1</kbd> awful to <kbd>5</kbd> I would post it · <kbd>←</kbd> <kbd>→</kbd> pictures · <kbd>↑</kbd> <kbd>↓</kbd> pairs · <kbd>0</kbd> no mark</span>
  <button id="export">Export marks</button>
  <label>Import marks <input type="file" accept=".json" hidden></label>
</footer>
<script>
const run = ${JSON.stringify(run)};
const pairs = ${JSON.stringify(pairs)};
const stops = pairs.flatMap(({ number, letters }, pair) => letters.map((letter) => ({ pair, name: number + letter, letter })));
let marks = JSON.parse(localStorage.getItem("marks " + run) ?? "{}");
let at = Math.max(0, stops.findIndex(({ name }) => !(name in marks)));
const $ = (selector) => document.querySelector(selector);
function show() {
  const { pair, name } = stops[at];
  const { number, letters } = pairs[pair];
  $("h1").textContent = "Pair " + number;
  $("#done").textContent = Object.keys(marks).length + " of " + stops.length + " marked";
  $("main").innerHTML = ["content", "style", ...letters].map((what) => {
    const own = number + what;
    const mark = what.length === 1 ? ' <span class="mark">' + (marks[own] ?? "–") + "</span>" : "";
    return '<figure data-name="' + own + '"' + (own === name ? ' class="chosen"' : "") + '><img src="blind/' + number + "-" + what + '.jpg" alt=""><figcaption>' + what + mark + "</figcaption></figure>";
  }).join("");
}
function go(next) { at = Math.min(stops.length - 1, Math.max(0, next)); show(); }
function keep() { localStorage.setItem("marks " + run, JSON.stringify(marks)); }
addEventListener("keydown", ({ key }) => {
  const { pair, name } = stops[at];
  if (key >= "1" && key <= "5") { marks[name] = Number(key); keep(); go(at + 1); }
  else if (key === "0" || key === "Backspace") { delete marks[name]; keep(); show(); }
  else if (key === "ArrowRight" || key === " ") go(at + 1);
  else if (key === "ArrowLeft") go(at - 1);
  else if (key === "ArrowDown") go(stops.findIndex((stop) => stop.pair === Math.min(pairs.length - 1, pair + 1)));
  else if (key === "ArrowUp") go(stops.findIndex((stop) => stop.pair === Math.max(0, pair - 1)));
});
$("main").addEventListener("click", ({ target }) => {
  const found = stops.findIndex(({ name }) => name === target.closest("figure")?.dataset.name);
  if (found >= 0) go(found);
});
$("#export").addEventListener("click", () => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify({ run, marks }, null, 1)], { type: "application/json" }));
  link.download = "marks.json";
  link.click();
});
$("input").addEventListener("change", async ({ target }) => {
  const read = JSON.parse(await target.files[0].text());
  if (read.run !== run) return alert("These marks belong to other sheets.");
  marks = { ...marks, ...read.marks };
  keep();
  show();
});
show();
</script>
</html>
`;
