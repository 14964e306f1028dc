/**
 * Text as people type and paste it, as it is mended before CLIP reads it: phones curl quotes and apostrophes, documents have
 * ligatures, pages have entities. What ftfy's `fix_text` does, without its repair of texts that were decoded wrongly.
 * https://ftfy.readthedocs.io/en/latest/config.html
 */

/** What Windows has at the places of Unicode's upper control characters, which nobody types. */
const WINDOWS = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ";
/** Letters that are two, by what they are made of; those of other scripts may be meant. */
const LIGATURES = /[Ĳĳŉ\u01c4-\u01cc\u01f1-\u01f3\ufb00-\ufb06]/gu;
/** Letters as wide as Chinese ones, and Japanese ones half as wide. */
const WIDTHS = /[\u3000\uff01-\uffef]/gu;
// oxlint-disable-next-line no-control-regex -- these are what is looked for
const CONTROLS = /[\x00-\x08\x0b\x0e-\x1f\x7f\u206a-\u206f\ufeff\ufff9-\ufffc]/gu;
const ENTITY = /&(?:#(?<code>\d{1,7})|#[xX](?<hex>[0-9A-Fa-f]{1,6})|(?<name>[A-Za-z]{2,8}));/gu;
/** Those that pages have in running text. */
const ENTITIES: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: "\u00a0",
  hellip: "…",
  mdash: "—",
  ndash: "–",
  lsquo: "‘",
  rsquo: "’",
  ldquo: "“",
  rdquo: "”",
  laquo: "«",
  raquo: "»",
  bull: "•",
  middot: "·",
  copy: "©",
  reg: "®",
  trade: "™",
  deg: "°",
  times: "×",
  eacute: "é",
  egrave: "è",
  agrave: "à",
  ccedil: "ç",
  auml: "ä",
  ouml: "ö",
  uuml: "ü",
  szlig: "ß",
  ntilde: "ñ",
};

/** Takes as long as the text is. */
export function mendTypedText(text: string): string {
  // Whoever writes `<` may mean the entities in its line and after it.
  const tag = text.indexOf("<");
  const end = tag < 0 ? text.length : text.lastIndexOf("\n", tag) + 1;
  return (text.slice(0, end).replace(ENTITY, decoded) + text.slice(end))
    .replace(/[\u0080-\u009f]/gu, (control) => WINDOWS[control.charCodeAt(0) - 0x80]!)
    .replace(LIGATURES, (letter) => (letter === "ŉ" ? "ʼn" : letter === "\ufb05" ? "ſt" : letter.normalize("NFKC")))
    .replace(WIDTHS, (letter) => letter.normalize("NFKC"))
    .replace(/[\u02bc\u2018-\u201b]/gu, "'")
    .replace(/[\u201c-\u201f]/gu, '"')
    .replace(/\r\n|[\r\u2028\u2029]/gu, "\n")
    .replace(CONTROLS, "")
    .replace(/(?<=\p{L})Σ(?!\p{L})/gu, "ς"); // which depends on its neighbours, other small letters do not
}

function decoded(entity: string, code?: string, hex?: string, name?: string): string {
  if (name !== undefined) return ENTITIES[name] ?? entity;
  const point = code === undefined ? Number.parseInt(hex!, 16) : Number(code);
  const isCharacter = point > 0 && point <= 0x10ffff && (point < 0xd800 || point > 0xdfff);
  return isCharacter ? String.fromCodePoint(point) : entity;
}
