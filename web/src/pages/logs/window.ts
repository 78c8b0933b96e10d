// Which rows of a long list are seen. Pure.

/** Height of a row in CSS pixels; the style sheet has the same. */
export const ROW = 20;
const AROUND = 15;

/** The first row to be drawn and the one after the last. */
export function rowsSeen(top: number, height: number, count: number): { readonly from: number; readonly to: number } {
  const from = Math.max(0, Math.floor(top / ROW) - AROUND);
  const to = Math.min(count, Math.ceil((top + height) / ROW) + AROUND);
  return { from: Math.min(from, to), to };
}
