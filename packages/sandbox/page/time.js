/** Times as Discord words them. */
/** @param {Intl.DateTimeFormatOptions} options */
const format = (options) => new Intl.DateTimeFormat(undefined, options);
const SHORT = format({ timeStyle: "short" });
const DATE = format({ dateStyle: "short" });
const LONG = format({ dateStyle: "long", timeStyle: "short" });
const FULL = format({ dateStyle: "full", timeStyle: "short" });

/**
 * By the letter in `<t:…>`.
 * @type {Readonly<Record<string, Intl.DateTimeFormat>>}
 */
const STYLES = {
  t: SHORT,
  T: format({ timeStyle: "medium" }),
  d: DATE,
  D: format({ dateStyle: "long" }),
  f: LONG,
  F: FULL,
};

const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
/** @type {readonly (readonly [Intl.RelativeTimeFormatUnit, number])[]} */
const UNITS = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
];

/**
 * "in 5 seconds", "2 minutes ago".
 * @param {number} unix seconds
 */
function relativeTime(unix, now = Date.now() / 1000) {
  const seconds = Math.round(unix - now);
  const [unit, size] = UNITS.find(([, size]) => Math.abs(seconds) >= size) ?? ["second", 1];
  return relative.format(Math.trunc(seconds / size), unit);
}

/**
 * `<t:unix:style>` in words.
 * @param {number} unix seconds
 * @param {string} style
 */
export const styledTime = (unix, style) =>
  style === "R" ? relativeTime(unix) : (STYLES[style] ?? LONG).format(unix * 1000);

/** @param {Date} date */
export const clockTime = (date) => SHORT.format(date);

/** @param {Date} date */
export const longTime = (date) => FULL.format(date);

const DAY = 86_400_000;

/**
 * "Today at 12:03", "Yesterday at …", or the date.
 * @param {Date} date
 */
export function messageTime(date) {
  const midnight = new Date().setHours(0, 0, 0, 0);
  if (date.getTime() >= midnight) return `Today at ${clockTime(date)}`;
  if (date.getTime() >= midnight - DAY) return `Yesterday at ${clockTime(date)}`;
  return `${DATE.format(date)} ${clockTime(date)}`;
}

/** Keeps every relative time on the page right. */
export function startClock() {
  setInterval(() => {
    for (const node of /** @type {NodeListOf<HTMLTimeElement>} */ (document.querySelectorAll("time[data-style='R']"))) {
      const text = relativeTime(Number(node.dataset.unix));
      if (node.textContent !== text) node.textContent = text;
    }
  }, 1000);
}
