/** The project's own sample pictures, as ready pairs. */

const label = (name) => name.replace(/\.\w+$/, "").replaceAll(/[-_]+/g, " ");

const sample = (kind, name) => ({
  url: `/sandbox/samples/${kind}/${encodeURIComponent(name)}`,
  name,
  label: label(name),
});

/** Up to three pairs that differ in both; the most telling ones first where they are there. */
export function samplePairs({ content, style }) {
  if (content.length === 0 || style.length === 0) return [];
  const front = (names, words) => [...names].sort((a, b) => Number(words.test(b)) - Number(words.test(a)));
  const contents = front(content, /portrait/);
  const styles = front(style, /wave|night/);
  const count = Math.min(3, Math.max(contents.length, styles.length));
  return Array.from({ length: count }, (_, index) => ({
    content: sample("content", contents[index % contents.length]),
    style: sample("style", styles[index % styles.length]),
  }));
}

export async function sampleFile({ url, name }) {
  const blob = await (await fetch(url)).blob();
  return new File([blob], name, { type: blob.type });
}
