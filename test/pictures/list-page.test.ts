import { expect, it } from "vitest";

import { readListPage } from "../../src/pictures/list-page.ts";

const contents = (key: string, size = "7", at = "2026-01-02T03:04:05.678Z"): string =>
  `<Contents><Key>${key}</Key><LastModified>${at}</LastModified><ETag>&quot;0&quot;</ETag><Size>${size}</Size></Contents>`;
const page = (inside: string, truncated = "false"): string =>
  `<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><IsTruncated>${truncated}</IsTruncated>${inside}</ListBucketResult>`;

it("reads keys as they are written, and where the next page begins", () => {
  const next = "<NextContinuationToken>a&amp;b+c/=</NextContinuationToken>";
  expect(readListPage(page(`${contents("a &lt;b&gt; &#233;&#x1F30A;.png")}${next}`, "true"))).toEqual({
    objects: [{ key: "a <b> é🌊.png", bytes: 7, writtenAt: Date.UTC(2026, 0, 2, 3, 4, 5, 678) }],
    next: "a&b+c/=",
  });
  expect(readListPage(page(""))).toEqual({ objects: [], next: null });
});

it.each([
  ["a page for people", "<html><body>Welcome</body></html>"],
  ["nothing", ""],
  ["an object without a size", page(contents("a", ""))],
  ["an object of no time", page(contents("a", "7", "yesterday"))],
  ["more without saying where", page(contents("a"), "true")],
])("refuses %s", (_, xml) => {
  expect(() => readListPage(xml)).toThrow(/the bucket's list/);
});
