// A table made ready for look-ups: by host and longest path. Pure; the routes' lives (connections, use) are kept elsewhere.

/** The least that is known of a route here. */
export interface Placed {
  readonly host: string;
  readonly path: string;
}

/** Look-ups in constant time by host. */
export interface RouteMap<R> {
  /** `host` in lower case without port; `path` as of `pathForRoutes`. */
  find(host: string, path: string): R | undefined;
  /** Some route has this host. */
  knows(host: string): boolean;
}

/** Hosts are names, `*.example.org` (one label) or `*` (any); the more exact host wins, then the longer path. */
export function compileRoutes<R extends Placed>(routes: readonly R[]): RouteMap<R> {
  const byHost = new Map<string, R[]>();
  for (const route of routes) {
    const host = route.host.toLowerCase();
    byHost.set(host, [...(byHost.get(host) ?? []), route]);
  }
  for (const list of byHost.values()) list.sort((a, b) => b.path.length - a.path.length);
  const listsFor = (host: string) => [byHost.get(host), byHost.get(`*${afterFirstLabel(host)}`), byHost.get("*")];
  return {
    find(host, path) {
      const own = byHost.get(host)?.find((route) => isWithin(path, route.path));
      if (own) return own;
      for (const list of listsFor(host)) {
        const found = list?.find((route) => isWithin(path, route.path));
        if (found) return found;
      }
      return undefined;
    },
    knows: (host) => listsFor(host).some((list) => list !== undefined),
  };
}

/** `/a` takes `/a` and `/a/b`, never `/ab`. */
export function isWithin(path: string, prefix: string): boolean {
  if (prefix === "/" || prefix === "") return true;
  if (!path.startsWith(prefix)) return false;
  return path.length === prefix.length || prefix.endsWith("/") || path[prefix.length] === "/";
}

/** `.example.org` of `www.example.org`; for wildcards of one label. */
export function afterFirstLabel(host: string): string {
  const dot = host.indexOf(".");
  return dot < 0 ? "" : host.slice(dot);
}
