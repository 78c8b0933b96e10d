// What a request of the distribution protocol asks for (distribution-spec, "Endpoints"). Pure.

import { type Digest, parseDigest } from "../../base/digest.ts";

/** A request, understood. */
export type Route =
  | { readonly kind: "ping" }
  | { readonly kind: "tags"; readonly repository: string }
  | { readonly kind: "manifest"; readonly repository: string; readonly reference: string }
  | { readonly kind: "blob"; readonly repository: string; readonly digest: Digest }
  | { readonly kind: "uploads"; readonly repository: string }
  | { readonly kind: "upload"; readonly repository: string; readonly id: string };

const PART = "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*";
const NAME = `${PART}(?:/${PART})*`;

const PATTERNS: readonly (readonly [RegExp, (repository: string, last: string) => Route])[] = [
  [new RegExp(`^/v2/(${NAME})/tags/list$`), (repository) => ({ kind: "tags", repository })],
  [new RegExp(`^/v2/(${NAME})/blobs/uploads/?$`), (repository) => ({ kind: "uploads", repository })],
  [
    new RegExp(`^/v2/(${NAME})/blobs/uploads/([0-9a-f]{32})$`),
    (repository, id) => ({ kind: "upload", repository, id }),
  ],
  [
    new RegExp(`^/v2/(${NAME})/blobs/(sha(?:256:[0-9a-f]{64}|512:[0-9a-f]{128}))$`),
    (repository, digest) => ({ kind: "blob", repository, digest: parseDigest(digest) }),
  ],
  [
    new RegExp(`^/v2/(${NAME})/manifests/([A-Za-z0-9_][A-Za-z0-9_.-]{0,127}|sha(?:256|512):[0-9a-f]{64,128})$`),
    (repository, reference) => ({ kind: "manifest", repository, reference }),
  ],
];

/** Understands a path; nothing when it is none of the protocol's. */
export function parseRoute(path: string): Route | undefined {
  if (path === "/v2/" || path === "/v2") return { kind: "ping" };
  if (path.length > 1024) return undefined;
  for (const [pattern, make] of PATTERNS) {
    const match = pattern.exec(path);
    if (match) return make(match[1] ?? "", match[2] ?? "");
  }
  return undefined;
}

/** Bytes `from` to `to`, both included. */
export interface ServedRange {
  readonly from: number;
  readonly to: number;
}

/** The one range that a Range header asks of `size` bytes; "bad" when there is no such range, nothing for the whole. */
export function parseRangeHeader(header: string | undefined, size: number): ServedRange | "bad" | undefined {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? "");
  // Several ranges, other units: a server may always send the whole (RFC 9110, 14.2).
  if (!match || (match[1] === "" && match[2] === "")) return undefined;
  const from = match[1] === "" ? Math.max(0, size - Number(match[2])) : Number(match[1]);
  const to = match[1] === "" || match[2] === "" ? size - 1 : Math.min(Number(match[2]), size - 1);
  return from > to ? "bad" : { from, to };
}
