// The site's own registry as a part of the server: its token service, its front, its notifications, and the records of
// both. The registry itself is a program beside it, configured by `registryConfig`.

import type { FastifyPluginAsync } from "fastify";
import type { Log } from "../../base/log.ts";
import type { Store } from "../../store/store.ts";
import type { Principal } from "../types.ts";
import { type BackendAddress, openBackend } from "./backend.ts";
import { type Book, registryBook } from "./book.ts";
import { type CatchUpTimes, keepCaughtUp } from "./catch-up.ts";
import { type Contents, registryContents } from "./contents.ts";
import { type EventsParts, eventsRoute, takePushed } from "./events-route.ts";
import { registryFront } from "./front.ts";
import { type Office, registryOffice } from "./office.ts";
import { type OwnImages, ownImages } from "./own-images.ts";
import { pullPasses } from "./pull-pass.ts";
import { repositoryImages } from "./repository-images.ts";
import { type PushedManifest, registryShelf, type Shelf } from "./shelf.ts";
import { openSigner, type Signer } from "./signer.ts";
import { tagGuard } from "./tag-guard.ts";
import type { TagRule } from "./tag-rules.ts";
import { tokenServiceRoutes } from "./token-routes.ts";
import { type TokenService, tokenService } from "./token-service.ts";

/** What the site's registry is made of. */
export interface SiteRegistryOptions {
  readonly store: Store;
  /** Folder of the tokens' key and certificate; several servers share its content. */
  readonly keyDir: string;
  readonly backend: BackendAddress;
  /** What tokens are for (`aud`), the same as in the registry's configuration. */
  readonly service: string;
  readonly issuer: string;
  /** The registry's own host name on a server that has others; undefined: `/v2/` is its alone. */
  readonly host: string | undefined;
  /** Rules for the tags of all repositories. */
  readonly tagRules: readonly TagRule[];
  readonly eventsSecret: string;
  /** Looks at what was pushed. */
  readonly judge: EventsParts["judge"];
  /** Who a password speaks for: a token of the site or a munge credential. */
  readonly login: (password: string) => Promise<Principal | undefined>;
  /** Makes a token of the site that a person's client keeps instead of his password. */
  readonly refreshToken: (who: Principal, client: string) => Promise<string>;
  readonly groupNumber: (name: string) => Promise<number | undefined>;
  readonly isAdmin: (who: Principal) => boolean;
  readonly log: Log;
  /** All group ids of a person. */
  readonly groups: (uid: number, gid: number) => Promise<readonly number[]>;
  /** What names of its images begin with on the systems; see `repositoryImages`. */
  readonly prefixes: () => readonly string[];
}

/** The open registry's parts. */
export interface SiteRegistry {
  readonly signer: Signer;
  readonly tokens: TokenService;
  readonly book: Book;
  readonly shelf: Shelf;
  /** For the management routes of our own API. */
  readonly office: Office;
  /** For the desk. */
  readonly images: OwnImages;
  /** Token service, notifications, and the registry's `/v2/`. */
  readonly routes: FastifyPluginAsync;
  /** What lies in the registry itself. */
  readonly contents: Contents;
  /** From now on corrects the records by what lies in the registry: at once, and now and then. */
  keepCaughtUp(times?: CatchUpTimes): void;
  close(): Promise<void>;
}

/** Opens it; the registry need not run yet. @throws E_REGISTRY_KEY */
export async function openSiteRegistry(options: SiteRegistryOptions): Promise<SiteRegistry> {
  const { store, eventsSecret: secret, tagRules: rules } = options;
  const { now } = store;
  const signer = await openSigner(options.keyDir, now);
  const [book, shelf] = [registryBook(store), registryShelf(store)];
  const passes = pullPasses({ ...options, signer, now });
  const tokens = tokenService({ ...options, signer, book, passes, now });
  const backend = openBackend(options.backend);
  const guard = tagGuard({ backend, book, shelf, tokens, signer, rules, now });
  const imagesOf = repositoryImages(store, options.prefixes);
  const office = registryOffice({ ...options, book, shelf, imagesOf });
  const contents = registryContents({ backend, tokens });
  const images = ownImages({ ...options, contents, book, shelf, passes });
  const stop = new AbortController();
  let catchingUp: Promise<void> | undefined;
  return {
    ...{ signer, tokens, book, shelf, office, images, contents },
    async routes(app) {
      await app.register(tokenServiceRoutes(tokens));
      await app.register(eventsRoute({ shelf, judge: options.judge, secret, now }));
      await app.register(registryFront({ backend, guard, host: options.host }));
    },
    keepCaughtUp(times) {
      const found = (manifest: PushedManifest) => takePushed(manifest, { shelf, judge: options.judge });
      const parts = { contents, shelf, found, now, log: options.log };
      catchingUp = keepCaughtUp(parts, stop.signal, times);
    },
    async close() {
      stop.abort();
      await catchingUp;
      backend.close();
    },
  };
}
