// What crosses the door between berth's server and its proxy processes: the table of routes down, reports of use and
// requests to wake up. One JSON document a line over a Unix socket. The proxy knows names of routes and addresses, never
// stacks, people's rights or engines.

/** All that a proxy needs to serve. A new one replaces the old as a whole; connections under way go on. */
export interface ProxyTable {
  /** Counts up; a proxy says which it serves. */
  readonly version: number;
  readonly routes: readonly ProxyRoute[];
  /** TLS: by host name (`*.example.org` for one label). */
  readonly certificates: readonly {
    readonly hosts: readonly string[];
    readonly certificate: string;
    readonly key: string;
  }[];
  /** Answers of ACME's http-01, by token. */
  readonly challenges: Readonly<Record<string, string>>;
  /** How passes of people who signed in are checked; undefined: routes that want a sign-in let nobody through. */
  readonly signOn?: ProxySignOn | undefined;
}

/** See `sign-on/pass.ts` for what is signed. */
export interface ProxySignOn {
  /** Name of the cookie, without `__Host-`. */
  readonly cookie: string;
  /** Base64 of HMAC-SHA-256 keys, 32 bytes or more; the first signs, all of them are believed. */
  readonly keys: readonly string[];
}

/** One way in. The longest path of the best host wins. */
export interface ProxyRoute {
  /** `STACK/SERVICE/NUMBER`: in reports, never shown to strangers. */
  readonly id: string;
  readonly protocol: "http" | "tcp";
  readonly host: string;
  readonly path: string;
  readonly listen?: number | undefined;
  readonly tls: "redirect" | "both" | "none";
  readonly stripPath: boolean;
  /** Undefined: nobody has to sign in. Otherwise the sign-in's URL and who may pass; the proxy checks a signed cookie. */
  readonly auth?: { readonly signIn: string; readonly audience: string } | undefined;
  readonly maxBodyBytes?: number | undefined;
  readonly requestsPerSecond?: number | undefined;
  readonly timeoutMs: number;
  /** Where its containers listen; empty while it sleeps. */
  readonly backends: readonly ProxyBackend[];
  /** `ready`; `asleep`: ask to wake it; `waking`; `down`: 503, with a reason for people. */
  readonly state: "ready" | "asleep" | "waking" | "down";
  readonly reason?: string | undefined;
  readonly wake?: ProxyWake | undefined;
  /** What is shown to people while it is not there. */
  readonly title: string;
}

export interface ProxyBackend {
  /** Of a container: so that one that drains is told from its successor. */
  readonly id: string;
  readonly host: string;
  readonly port: number;
  /** No new requests; those under way end. */
  readonly draining: boolean;
}

export interface ProxyWake {
  readonly with: "auto" | "page" | "hold" | "retry";
  readonly holdMs: number;
  readonly ignorePaths: readonly string[];
  readonly ignoreAgents: readonly string[];
  readonly quietConnectionMs?: number | undefined;
}

/** From a proxy to the server. */
export type ProxyMessage =
  | {
      readonly kind: "hello";
      readonly pid: number;
      readonly version: number;
      /** Names the options that it was started with: another one is replaced. */
      readonly config?: string | undefined;
      /** Where it listens in truth, for those that asked for any port: `127.0.0.1:40123`. */
      readonly listening?: readonly string[] | undefined;
    }
  /** It serves this table now; `busy` are backends that drain or are gone from it and still have requests. */
  | {
      readonly kind: "serving";
      readonly version: number;
      readonly busy: readonly { readonly backend: string; readonly open: number }[];
    }
  /** Something that the server's people should know: a port that is taken, a certificate that cannot be read. */
  | { readonly kind: "trouble"; readonly route?: string | undefined; readonly message: string }
  | { readonly kind: "wake"; readonly route: string }
  /** A backend could not be reached, or answers again. */
  | { readonly kind: "backend"; readonly route: string; readonly backend: string; readonly ok: boolean }
  | { readonly kind: "use"; readonly at: number; readonly routes: readonly RouteUse[] };

/** Use of a route since the last report (some seconds). */
export interface RouteUse {
  readonly route: string;
  /** Requests that count as use, begun or ended since. */
  readonly requests: number;
  /** Requests and connections open now that count as use. */
  readonly open: number;
  /** Last moment of use, seconds since 1970; 0: none since this proxy started. */
  readonly lastUse: number;
  readonly receivedBytes: number;
  readonly sentBytes: number;
  readonly failures: number;
}

/** From the server to a proxy. */
export type ProxyOrder =
  | { readonly kind: "table"; readonly table: ProxyTable }
  /** What differs from the table before, for sites with thousands of routes; undefined parts stay as they are. */
  | {
      readonly kind: "change";
      readonly from: number;
      readonly version: number;
      readonly routes: readonly ProxyRoute[];
      readonly gone: readonly string[];
      readonly rest?: Omit<ProxyTable, "version" | "routes"> | undefined;
    }
  /** End: no new connections, answer what is under way, at most so long. */
  | { readonly kind: "drain"; readonly withinMs: number };
