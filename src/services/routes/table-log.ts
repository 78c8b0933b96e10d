// The table as it was published last, and what to send to a proxy that has it, an older one or none.

import type { ProxyRoute, ProxyTable } from "../../proxy/types.ts";

/** A table without its number. */
export type TableContent = Omit<ProxyTable, "version">;

/** The published table. */
export class TableLog {
  #version: number;
  #routes = new Map<string, { readonly text: string; readonly route: ProxyRoute }>();
  #rest: Omit<TableContent, "routes"> = { certificates: [], challenges: {} };
  #restText = "";
  #whole: string | undefined;

  /** `first`: greater than the number of any table that a server before this one sent. */
  constructor(first: number) {
    this.#version = first;
  }

  get version(): number {
    return this.#version;
  }

  /** False: nothing was published yet. */
  get begun(): boolean {
    return this.#restText !== "";
  }

  /** Takes a new table; the line that tells proxies that have the one before, or undefined: nothing changed. */
  publish(content: TableContent): string | undefined {
    const { routes, ...rest } = content;
    const before = this.#routes;
    const next = new Map(routes.map((route) => [route.id, { text: JSON.stringify(route), route }]));
    const changed = routes.filter(({ id }) => before.get(id)?.text !== next.get(id)?.text);
    const gone = [...before.keys()].filter((id) => !next.has(id));
    const restText = JSON.stringify(rest);
    const sameRest = restText === this.#restText;
    if (changed.length === 0 && gone.length === 0 && sameRest) return undefined;
    this.#routes = next;
    this.#rest = rest;
    this.#restText = restText;
    this.#whole = undefined;
    const from = this.#version++;
    const change = { kind: "change", from, version: this.#version, routes: changed, gone };
    return `${JSON.stringify(sameRest ? change : { ...change, rest })}\n`;
  }

  /** The line with the whole table. */
  whole(): string {
    const routes = [...this.#routes.values()].map(({ route }) => route);
    const table: ProxyTable = { version: this.#version, routes, ...this.#rest };
    this.#whole ??= `${JSON.stringify({ kind: "table", table })}\n`;
    return this.#whole;
  }
}
