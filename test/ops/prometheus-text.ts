/** Reads metrics as Prometheus does (text format 0.0.4), and is as strict about them as `promtool check metrics`. */

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const NAME = /^[a-z_][a-z0-9_]*$/;
const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\\n]|\\[\\n"])*)"(?:,|$)/gy;
const SUFFIXES = /_(?:bucket|sum|count)$/;

/** @throws Error that names the first line that Prometheus would not take, or a name against its conventions */
export function parsePrometheus(text: string): Sample[] {
  if (!text.endsWith("\n")) throw new Error("the last line does not end");
  const kinds = new Map<string, string>();
  const helped = new Set<string>();
  const seen = new Set<string>();
  const samples: Sample[] = [];
  for (const line of text.split("\n")) {
    const [, word, name = "", rest = ""] = /^# (HELP|TYPE) (\S+) ?(.*)$/.exec(line) ?? [];
    if (word === "HELP") helped.add(name);
    else if (word === "TYPE") kinds.set(name, rest);
    else if (line !== "") {
      const sample = readSample(line);
      const key = `${sample.name}${JSON.stringify(sample.labels)}`;
      if (seen.has(key)) throw new Error(`twice: ${line}`);
      seen.add(key);
      checkKind(sample.name, kinds, helped);
      samples.push(sample);
    }
  }
  return samples;
}

function readSample(line: string): Sample {
  const [, name, inBraces = "", number] = LINE.exec(line) ?? [];
  if (name === undefined || number === undefined) throw new Error(`not a sample: ${line}`);
  const labels: Record<string, string> = {};
  let read = 0;
  LABEL.lastIndex = 0;
  for (const [whole, label, value] of inBraces.matchAll(LABEL)) {
    labels[label!] = value!;
    read += whole.length;
  }
  if (read !== inBraces.length) throw new Error(`labels that nobody reads: ${line}`);
  const value = /^nan$/i.test(number) ? Number.NaN : Number(number.replace(/^([+-]?)Inf$/, "$1Infinity"));
  if (Number.isNaN(value) && !/^nan$/i.test(number)) throw new Error(`not a number: ${line}`);
  return { name, labels, value };
}

function checkKind(name: string, kinds: ReadonlyMap<string, string>, helped: ReadonlySet<string>): void {
  const family = kinds.has(name) ? name : name.replace(SUFFIXES, "");
  const kind = kinds.get(family);
  if (kind === undefined || !helped.has(family)) throw new Error(`${name} has no type or no help before it`);
  if (!NAME.test(family)) throw new Error(`${family} is no good name`);
  if (family.startsWith("atelier_") && (kind === "counter") !== family.endsWith("_total"))
    throw new Error(`${family} is a ${kind}: counters, and they alone, end in _total`);
}
