/** Tables as CSV (RFC 4180). */

/** @param rows one object each; a column that it does not have is empty */
export function csvOf<C extends string>(
  columns: readonly C[],
  rows: readonly Readonly<Partial<Record<C, string | number | null>>>[],
): string {
  const lines = rows.map((row) => columns.map((column) => cellOf(row[column] ?? null)).join(","));
  return `${[columns.join(","), ...lines].join("\n")}\n`;
}

function cellOf(value: string | number | null): string {
  const text = String(value ?? "");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
