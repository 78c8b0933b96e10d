// Globs of files in configurations: `*` and `?` stay in a folder, `**` does not; without a slash a pattern fits at any depth; a pattern
// of a folder fits all below it.

/** True for a path (relative, with `/`) that the pattern fits. */
export function fitsFile(pattern: string, path: string): boolean {
  const plain = pattern.replace(/^\.\//, "").replace(/\/$/, "/**");
  const anchored = plain.startsWith("/") ? plain.slice(1) : plain.includes("/") ? plain : `**/${plain}`;
  return fitsParts(anchored.split("/"), path.split("/"));
}

function fitsParts(pattern: readonly string[], path: readonly string[]): boolean {
  // Row by row, so that many `**` cost no more than few.
  let reached = new Set([0]);
  for (const part of pattern) {
    const next = new Set<number>();
    for (const at of reached) {
      if (part === "**") for (let to = at; to <= path.length; to++) next.add(to);
      else if (at < path.length && fitsName(part, path[at] ?? "")) next.add(at + 1);
    }
    reached = next;
  }
  return reached.has(path.length);
}

function fitsName(pattern: string, name: string): boolean {
  const pieces = pattern.split("*");
  const [first = "", ...rest] = pieces;
  if (rest.length === 0) return fitsHere(first, name, 0) && name.length === first.length;
  const last = rest.pop() ?? "";
  if (!fitsHere(first, name, 0) || name.length < first.length + last.length) return false;
  let from = first.length;
  for (const piece of rest) {
    let at = from;
    while (at + piece.length <= name.length && !fitsHere(piece, name, at)) at++;
    if (at + piece.length > name.length) return false;
    from = at + piece.length;
  }
  return from <= name.length - last.length && fitsHere(last, name, name.length - last.length);
}

function fitsHere(piece: string, name: string, at: number): boolean {
  if (at + piece.length > name.length) return false;
  for (let i = 0; i < piece.length; i++) if (piece[i] !== "?" && piece[i] !== name[at + i]) return false;
  return true;
}
