/** How the report's page looks: light and dark as the reader has it, wide and as narrow as a phone. */

export const PAGE_STYLE = `
:root { color-scheme: light dark; --paper: #faf8f3; --card: #ffffff; --ink: #1f1e1b; --faint: #6b675f; --line: #e4dfd4; --accent: #a8482a; --good: #2f8f6b; }
@media (prefers-color-scheme: dark) { :root { --paper: #151412; --card: #1f1d1a; --ink: #eeeae1; --faint: #a39d92; --line: #37332d; --accent: #e58b66; --good: #4fbf93; } }
* { box-sizing: border-box; }
html { scroll-behavior: smooth; -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, -apple-system, "Segoe UI", sans-serif; }
main, header, footer { max-width: 1080px; margin: 0 auto; padding: 0 24px; }
header { padding-top: 56px; padding-bottom: 8px; }
h1, h2 { font-family: "Iowan Old Style", "Palatino Linotype", Palatino, "Book Antiqua", Georgia, serif; font-weight: 600; letter-spacing: -.01em; line-height: 1.15; }
h1 { font-size: clamp(30px, 5vw, 46px); margin: 0 0 12px; max-width: 20ch; text-wrap: balance; }
h2 { font-size: clamp(23px, 3vw, 30px); margin: 0 0 6px; }
h3 { font-size: 16px; margin: 28px 0 8px; }
p { margin: 0 0 12px; max-width: 68ch; }
.lead { font-size: 18px; color: var(--faint); }
.kicker { color: var(--accent); font-size: 13px; font-weight: 600; letter-spacing: .08em; text-transform: uppercase; margin: 0 0 10px; }
nav { display: flex; gap: 4px 18px; flex-wrap: wrap; margin: 20px 0 0; font-size: 14.5px; }
a { color: var(--accent); text-decoration-thickness: 1px; text-underline-offset: 3px; }
section { padding: 44px 0 8px; }
section + section { border-top: 1px solid var(--line); margin-top: 36px; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(118px, 1fr)); gap: 10px; margin: 26px 0 0; padding: 0; list-style: none; }
.facts li { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 12px 14px; font-size: 13.5px; color: var(--faint); }
.facts b { display: block; font-size: 25px; line-height: 1.2; color: var(--ink); font-variant-numeric: tabular-nums; }
.notice { background: var(--card); border: 1px solid var(--line); border-left: 4px solid var(--accent); border-radius: 10px; padding: 14px 18px; margin: 24px 0 0; }
.notice.stale { border-left-color: #c0392b; margin: 0 0 24px; } .notice ul { margin: 0; padding-left: 18px; } .notice li + li { margin-top: 4px; }
.two { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 28px 40px; align-items: start; margin-top: 18px; }
.chart { display: block; width: 100%; max-width: 560px; height: auto; }
.scroll { overflow-x: auto; margin: 14px -24px 0; padding: 0 24px; }
table { border-collapse: collapse; font-size: 14.5px; font-variant-numeric: tabular-nums; min-width: 100%; }
th, td { text-align: right; padding: 7px 10px; border-bottom: 1px solid var(--line); vertical-align: top; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
th { font-weight: 600; font-size: 13px; color: var(--faint); vertical-align: bottom; }
tbody th { color: var(--ink); font-size: 14.5px; font-weight: 500; vertical-align: top; min-width: 118px; }
td { white-space: nowrap; } td.words { white-space: normal; }
td small, th small { display: block; color: var(--faint); font-size: 12px; font-weight: 400; }
td.heat { background: color-mix(in srgb, var(--good) calc(var(--g) * 30%), transparent); }
tr.side th { padding-top: 20px; color: var(--accent); font-size: 12.5px; letter-spacing: .06em; text-transform: uppercase; }
.control { color: var(--faint); font-style: italic; }
.flag { color: var(--accent); }
.note { font-size: 14px; color: var(--faint); }
img { display: block; max-width: 100%; height: auto; border-radius: 6px; background: var(--line); }
.switch { position: absolute; opacity: 0; pointer-events: none; }
.tabs { position: sticky; top: 0; z-index: 2; display: flex; gap: 6px; overflow-x: auto; margin: 18px -24px 0; padding: 10px 24px; background: color-mix(in srgb, var(--paper) 92%, transparent); backdrop-filter: blur(8px); }
.tabs label { flex: none; padding: 6px 14px; border: 1px solid var(--line); border-radius: 999px; font-size: 14px; cursor: pointer; background: var(--card); white-space: nowrap; }
.strip { display: grid; grid-template-columns: 132px minmax(0, 1fr); gap: 18px; padding: 16px 0; }
.strip + .strip { border-top: 1px solid var(--line); }
.strip figure, .tile { margin: 0; }
figcaption, .tile span { font-size: 13px; color: var(--faint); margin-top: 5px; display: block; overflow-wrap: anywhere; }
.strip figure figcaption { color: var(--ink); font-weight: 600; }
.tiles { display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); gap: 14px; }
.tile { display: block; padding: 0; border: 0; background: none; color: inherit; font: inherit; text-align: left; cursor: zoom-in; }
.tile img, .tile .gone { display: none; width: 100%; aspect-ratio: 1; object-fit: cover; }
.tile img { transition: transform .2s; } .tile:hover img { transform: scale(1.02); }
.tile:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; border-radius: 6px; }
.gone { display: grid; place-items: center; min-height: 80px; font-size: 13px; color: var(--faint); border: 1px dashed var(--line); border-radius: 6px; }
.row { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 14px; margin: 10px 0 26px; max-width: 860px; }
.row figure { margin: 0; }
.ends { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 8px 36px; }
.ends .row { grid-template-columns: repeat(3, minmax(0, 1fr)); margin-bottom: 14px; }
.row .source img { opacity: .96; }
dialog { width: min(1100px, 96vw); max-height: 94vh; border: 0; border-radius: 16px; padding: 22px; background: var(--card); color: var(--ink); }
dialog::backdrop { background: rgb(10 9 8 / .72); }
dialog .shots { display: grid; grid-template-columns: repeat(auto-fit, minmax(180px, 1fr)); gap: 14px; }
dialog figure { margin: 0; } dialog img { width: 100%; }
dialog form { display: flex; justify-content: space-between; align-items: center; margin-bottom: 14px; gap: 12px; font-weight: 600; }
dialog button { font: inherit; font-size: 14px; padding: 5px 14px; border-radius: 999px; border: 1px solid var(--line); background: var(--paper); color: inherit; cursor: pointer; }
details { margin-top: 14px; font-size: 14.5px; } summary { cursor: pointer; color: var(--accent); }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 4px 18px; font-size: 14.5px; } dt { color: var(--faint); } dd { margin: 0; overflow-wrap: anywhere; }
footer { padding-top: 36px; padding-bottom: 60px; color: var(--faint); font-size: 14px; }
@media (max-width: 720px) {
  main, header, footer { padding-left: 16px; padding-right: 16px; } header { padding-top: 32px; }
  .scroll, .tabs { margin-left: -16px; margin-right: -16px; padding-left: 16px; padding-right: 16px; }
  .two, .ends { grid-template-columns: minmax(0, 1fr); }
  .facts { grid-template-columns: repeat(3, 1fr); gap: 8px; } .facts li { padding: 10px; font-size: 12.5px; } .facts b { font-size: 20px; }
  .strip { grid-template-columns: minmax(0, 1fr); gap: 10px; }
  .strip > figure { display: flex; align-items: center; gap: 12px; } .strip > figure img { width: 52px; height: 52px; object-fit: cover; } .strip > figure figcaption { margin: 0; }
  .tiles { grid-auto-flow: column; grid-auto-columns: 40%; grid-template-columns: none; overflow-x: auto; scroll-snap-type: x proximity; margin: 0 -16px; padding: 0 16px 4px; gap: 10px; }
  .tile { scroll-snap-align: start; scroll-margin-left: 16px; }
  dialog .shots { grid-template-columns: 1fr 1fr; } .row { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  table { font-size: 13.5px; } th, td { padding: 6px 8px; }
}
@media print { .tabs, nav, dialog { display: none; } section { break-inside: avoid-page; } }
`;

/** Fills in pictures that are shown again, and shows a pair large when its tile is pressed. */
export const PAGE_SCRIPT = `
const filled = (img) => { const of = document.getElementById(img.dataset.of); if (of) img.src = of.src; };
document.querySelectorAll("img[data-of]").forEach(filled);
const dialog = document.querySelector("dialog");
document.querySelectorAll(".tile").forEach((tile) => tile.addEventListener("click", () => {
  const strip = tile.closest(".strip");
  const [before, ...after] = tile.querySelectorAll("img");
  const shots = [before, strip.querySelector("figure img"), ...after].filter(Boolean).map((img) => {
    const figure = document.createElement("figure");
    const copy = img.cloneNode();
    copy.removeAttribute("id"); copy.removeAttribute("class");
    const caption = document.createElement("figcaption");
    caption.textContent = img.dataset.says;
    figure.append(copy, caption);
    return figure;
  });
  dialog.querySelector("b").textContent = tile.dataset.says;
  dialog.querySelector(".shots").replaceChildren(...shots);
  dialog.showModal();
}));
dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
`;
