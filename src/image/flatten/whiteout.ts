// The names by which a layer deletes (image-spec layer.md, "Whiteouts"), and AUFS's own files, which mean nothing here.

/** What an entry's path says beside naming a file. Paths are byte strings. */
export type Marker =
  | { readonly kind: "none" }
  /** Hides what lower layers have at this path. */
  | { readonly kind: "whiteout"; readonly path: string }
  /** Hides what lower layers have in this directory. */
  | { readonly kind: "opaque"; readonly path: string }
  /** Bookkeeping of AUFS: not part of the image. */
  | { readonly kind: "aufs" }
  | { readonly kind: "bad"; readonly reason: string };

const PREFIX = ".wh.";
const OPAQUE = ".wh..wh..opq";
const AUFS = ".wh..wh.";
const NONE: Marker = { kind: "none" };

/** Reads the marker in a canonical path. */
export function markerOf(path: string): Marker {
  if (!path.includes(PREFIX)) return NONE;
  const slash = path.lastIndexOf("/");
  const dir = slash < 0 ? "" : path.slice(0, slash);
  const base = path.slice(slash + 1);
  if (dir.split("/").some((part) => part.startsWith(AUFS))) return { kind: "aufs" };
  if (dir.split("/").some((part) => part.startsWith(PREFIX))) return { kind: "bad", reason: "it lies in a whiteout" };
  if (base === OPAQUE) return { kind: "opaque", path: dir };
  if (base.startsWith(AUFS)) return { kind: "aufs" };
  if (!base.startsWith(PREFIX)) return NONE;
  const name = base.slice(PREFIX.length);
  if (name === "" || name === "." || name === "..") return { kind: "bad", reason: "it is a whiteout of no file" };
  return { kind: "whiteout", path: dir === "" ? name : `${dir}/${name}` };
}
