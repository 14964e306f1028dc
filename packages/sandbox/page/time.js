/** Times as Discord words them. */
const format = (options) => new Intl.DateTimeFormat(undefined, options);
const STYLES = {
  t: format({ timeStyle: "short" }),
  T: format({ timeStyle: "medium" }),
  d: format({ dateStyle: "short" }),
  D: format({ dateStyle: "long" }),
  f: format({ dateStyle: "long", timeStyle: "short" }),
  F: format({ dateStyle: "full", timeStyle: "short" }),
};

const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const UNITS = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
];

/** "in 5 seconds", "2 minutes ago". */
export function relativeTime(unix, now = Date.now() / 1000) {
  const seconds = Math.round(unix - now);
  const [unit, size] = UNITS.find(([, size]) => Math.abs(seconds) >= size) ?? ["second", 1];
  return relative.format(Math.trunc(seconds / size), unit);
}

/** `<t:unix:style>` in words. */
export const styledTime = (unix, style) =>
  style === "R" ? relativeTime(unix) : (STYLES[style] ?? STYLES.f).format(unix * 1000);

export const clockTime = (date) => STYLES.t.format(date);
export const longTime = (date) => STYLES.F.format(date);

const DAY = 86_400_000;

/** "Today at 12:03", "Yesterday at …", or the date. */
export function messageTime(date) {
  const midnight = new Date().setHours(0, 0, 0, 0);
  if (date >= midnight) return `Today at ${clockTime(date)}`;
  if (date >= midnight - DAY) return `Yesterday at ${clockTime(date)}`;
  return `${STYLES.d.format(date)} ${clockTime(date)}`;
}

/** Keeps every relative time on the page right. */
export function startClock() {
  setInterval(() => {
    for (const node of document.querySelectorAll("time[data-style='R']")) {
      const text = relativeTime(Number(node.dataset.unix));
      if (node.textContent !== text) node.textContent = text;
    }
  }, 1000);
}
