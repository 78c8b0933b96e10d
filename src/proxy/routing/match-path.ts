// The path of a request as routes see it. A backend may decode, collapse or cut what it gets, so that `/open/..%2fshut` is
// `/shut` to it: paths whose meaning is not the same for everybody are brought to one form before a route is chosen for them,
// and refused where they climb. Pure.

/** What makes a path worth a second look. */
const UNUSUAL = /[%;\\]|\/\/|\/\./;

/** The form for choosing a route; undefined: it climbs by `..`, or cannot be read. The query is not part of it. */
export function pathForRoutes(path: string): string | undefined {
  if (!UNUSUAL.test(path)) return path;
  const decoded = decode(path);
  // What is still encoded now was encoded twice: no honest client climbs in that way.
  // A zero byte ends the path for readers that are written in C.
  if (decoded === undefined || /%(?:2e|2f|5c)|\0/i.test(decoded)) return undefined;
  const segments = decoded.replaceAll("\\", "/").split("/");
  const plain = segments.map((segment) => segment.replace(/;.*$/s, ""));
  if (plain.some((segment) => segment === "." || segment === "..")) return undefined;
  const kept = plain.filter((segment) => segment !== "");
  return `/${kept.join("/")}${kept.length > 0 && plain.at(-1) === "" ? "/" : ""}`;
}

/**
 * What is left for readers that take `//a/b` for a URL without scheme: `a` is a host to them, `/b` the path. Undefined: they
 * read the path as everybody does.
 */
export function withoutAuthority(path: string): string | undefined {
  const rest = /^[/\\]{2,}[^/\\]*(.*)$/s.exec(path)?.[1];
  return rest === "" ? "/" : rest;
}

/** Path and query, as they came, without a route's path; undefined: it is written in other letters there. */
export function withoutPrefix(path: string, prefix: string): string | undefined {
  const cut = prefix.endsWith("/") ? prefix.length - 1 : prefix.length;
  if (!path.startsWith(prefix.slice(0, cut))) return undefined;
  const rest = path.slice(cut);
  if (rest === "" || rest.startsWith("?")) return `/${rest}`;
  return rest.startsWith("/") ? rest : undefined;
}

function decode(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}
