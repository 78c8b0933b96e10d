// Generated from docs/gateway-api.json by scripts/make-client.mjs: change the schemas in src/gateway/api/v2.
// The operations of the API of the gateway, one function each.

import type {
  AclChange,
  Collected,
  CollectWish,
  EventPage,
  Image,
  ImagePage,
  ImportWish,
  NamespaceList,
  NamespaceWish,
  NewToken,
  Person,
  Pin,
  PinPage,
  Pull,
  PullAnswer,
  PullList,
  PullWish,
  Quota,
  QuotaLimits,
  ReleaseWish,
  RepositoryPage,
  RepositoryWithTags,
  SystemList,
  TagHistory,
  TeamList,
  TeamWish,
  TokenList,
  TokenWish,
} from "./api-types.ts";
import { type CallOptions, call, callForEvents } from "./call.ts";
import type { Gateways } from "./gateways.ts";
import type { SentEvent } from "./read-events.ts";

/** Gives a pull up. @throws the gateway's refusals, E_CLIENT_… */
export function cancelPull(
  gateways: Gateways,
  input: {
    /** Its id. */
    readonly id: string;
  },
  options: CallOptions = {},
): Promise<Pull> {
  return call(gateways, { method: "DELETE", path: "/v2/pulls/{id}", input, ...options });
}

/** Changes who may read a private image. @throws the gateway's refusals, E_CLIENT_… */
export function changeAcl(
  gateways: Gateways,
  input: {
    /** A system of the site. */
    readonly system: string;
    /** `docker`, or `custom` for imports. */
    readonly itype: string;
    /** The reference: `[location/]repository:tag` or `…@sha256:…`. */
    readonly tag: string;
  },
  body: AclChange,
  options: CallOptions = {},
): Promise<Image> {
  return call(gateways, { method: "PATCH", path: "/v2/images/{system}/{itype}/{tag}", input, body, ...options });
}

/** Removes what is overdue and what nothing refers to; admins. @throws the gateway's refusals, E_CLIENT_… */
export function collectGarbage(
  gateways: Gateways,
  input: {
    /** A system of the site. */
    readonly system: string;
  },
  body: CollectWish,
  options: CallOptions = {},
): Promise<Collected> {
  return call(gateways, { method: "POST", path: "/v2/systems/{system}/gc", input, body, ...options });
}

/** Everything that happened, refusals too, newest first; admins. @throws the gateway's refusals, E_CLIENT_… */
export function listAudit(
  gateways: Gateways,
  input: {
    /** A system of the site. */
    readonly system?: string | undefined;
    /** Items of a page. */
    readonly limit?: number | undefined;
    /** `next` of the page before. */
    readonly after?: string | undefined;
  } = {},
  options: CallOptions = {},
): Promise<EventPage> {
  return call(gateways, { method: "GET", path: "/v2/audit", input, ...options });
}

/** What happened to images that you may know of, newest first. @throws the gateway's refusals, E_CLIENT_… */
export function listEvents(
  gateways: Gateways,
  input: {
    /** A system of the site. */
    readonly system?: string | undefined;
    /** Items of a page. */
    readonly limit?: number | undefined;
    /** `next` of the page before. */
    readonly after?: string | undefined;
  } = {},
  options: CallOptions = {},
): Promise<EventPage> {
  return call(gateways, { method: "GET", path: "/v2/events", input, ...options });
}

/** Images that you may read. @throws the gateway's refusals, E_CLIENT_… */
export function listImages(
  gateways: Gateways,
  input: {
    /** A system of the site. */
    readonly system?: string | undefined;
    /** For administrators and operators: also what nobody showed them, without using it. */
    readonly all?: boolean | undefined;
    /** Only your own. */
    readonly mine?: boolean | undefined;
    /** Part of a tag. */
    readonly match?: string | undefined;
    /** Items of a page. */
    readonly limit?: number | undefined;
    /** `next` of the page before. */
    readonly after?: string | undefined;
  } = {},
  options: CallOptions = {},
): Promise<ImagePage> {
  return call(gateways, { method: "GET", path: "/v2/images", input, ...options });
}

/** Namespaces that you may view. @throws the gateway's refusals, E_CLIENT_… */
export function listNamespaces(gateways: Gateways, options: CallOptions = {}): Promise<NamespaceList> {
  return call(gateways, { method: "GET", path: "/v2/namespaces", ...options });
}

/** Who holds which image: your pins, those of your images, and for operators all. @throws the gateway's refusals, E_CLIENT_… */
export function listPins(
  gateways: Gateways,
  input: {
    /** A system of the site. */
    readonly system?: string | undefined;
    /** `docker`, or `custom` for imports. */
    readonly itype?: string | undefined;
    /** The reference: `[location/]repository:tag` or `…@sha256:…`. */
    readonly tag?: string | undefined;
    /** Only those that you set. */
    readonly mine?: boolean | undefined;
    /** Items of a page. */
    readonly limit?: number | undefined;
    /** `next` of the page before. */
    readonly after?: string | undefined;
  } = {},
  options: CallOptions = {},
): Promise<PinPage> {
  return call(gateways, { method: "GET", path: "/v2/pins", input, ...options });
}

/** Pulls that have not ended, of images that you may know of. @throws the gateway's refusals, E_CLIENT_… */
export function listPulls(
  gateways: Gateways,
  input: {
    /** A system of the site. */
    readonly system?: string | undefined;
  } = {},
  options: CallOptions = {},
): Promise<PullList> {
  return call(gateways, { method: "GET", path: "/v2/pulls", input, ...options });
}

/** Repositories of the site's registry that you may view. @throws the gateway's refusals, E_CLIENT_… */
export function listRepositories(
  gateways: Gateways,
  input: {
    /** Items of a page. */
    readonly limit?: number | undefined;
    /** `next` of the page before. */
    readonly after?: string | undefined;
  } = {},
  options: CallOptions = {},
): Promise<RepositoryPage> {
  return call(gateways, { method: "GET", path: "/v2/repositories", input, ...options });
}

/** The systems of the site. @throws the gateway's refusals, E_CLIENT_… */
export function listSystems(gateways: Gateways, options: CallOptions = {}): Promise<SystemList> {
  return call(gateways, { method: "GET", path: "/v2/systems", ...options });
}

/** All teams of the site's registry. @throws the gateway's refusals, E_CLIENT_… */
export function listTeams(gateways: Gateways, options: CallOptions = {}): Promise<TeamList> {
  return call(gateways, { method: "GET", path: "/v2/teams", ...options });
}

/** Your tokens. @throws the gateway's refusals, E_CLIENT_… */
export function listTokens(gateways: Gateways, options: CallOptions = {}): Promise<TokenList> {
  return call(gateways, { method: "GET", path: "/v2/tokens", ...options });
}

/** Makes a token for yourself. @throws the gateway's refusals, E_CLIENT_… */
export function makeToken(gateways: Gateways, body: TokenWish, options: CallOptions = {}): Promise<NewToken> {
  return call(gateways, { method: "POST", path: "/v2/tokens", body, ...options });
}

/** Keeps an image for as long as somebody needs it. @throws the gateway's refusals, E_CLIENT_… */
export function pinImage(gateways: Gateways, body: Pin, options: CallOptions = {}): Promise<void> {
  return call(gateways, { method: "PUT", path: "/v2/pins", body, ...options });
}

/** Lets an image out of quarantine. @throws the gateway's refusals, E_CLIENT_… */
export function releaseImage(gateways: Gateways, body: ReleaseWish, options: CallOptions = {}): Promise<Image> {
  return call(gateways, { method: "POST", path: "/v2/releases", body, ...options });
}

/** Removes an image of yours. @throws the gateway's refusals, E_CLIENT_… */
export function removeImage(
  gateways: Gateways,
  input: {
    /** A system of the site. */
    readonly system: string;
    /** `docker`, or `custom` for imports. */
    readonly itype: string;
    /** The reference: `[location/]repository:tag` or `…@sha256:…`. */
    readonly tag: string;
  },
  options: CallOptions = {},
): Promise<void> {
  return call(gateways, { method: "DELETE", path: "/v2/images/{system}/{itype}/{tag}", input, ...options });
}

/** Forgets what was said of a namespace; admins. @throws the gateway's refusals, E_CLIENT_… */
export function removeNamespace(
  gateways: Gateways,
  input: {
    /** The name, encoded or with its slashes. */
    readonly name: string;
  },
  options: CallOptions = {},
): Promise<void> {
  return call(gateways, { method: "DELETE", path: "/v2/namespaces/{name}", input, ...options });
}

/** Removes a team that owns nothing; admins. @throws the gateway's refusals, E_CLIENT_… */
export function removeTeam(
  gateways: Gateways,
  input: {
    /** The team's name. */
    readonly team: string;
  },
  options: CallOptions = {},
): Promise<void> {
  return call(gateways, { method: "DELETE", path: "/v2/teams/{team}", input, ...options });
}

/** Wishes to make an image of a file. @throws the gateway's refusals, E_CLIENT_… */
export function requestImport(gateways: Gateways, body: ImportWish, options: CallOptions = {}): Promise<Pull> {
  return call(gateways, { method: "POST", path: "/v2/imports", body, ...options });
}

/** Wishes for an image of a registry; answers the image when nothing has to be done. @throws the gateway's refusals, E_CLIENT_… */
export function requestPull(gateways: Gateways, body: PullWish, options: CallOptions = {}): Promise<PullAnswer> {
  return call(gateways, { method: "POST", path: "/v2/pulls", body, ...options });
}

/** Ends a token. @throws the gateway's refusals, E_CLIENT_… */
export function revokeToken(
  gateways: Gateways,
  input: {
    /** Its id. */
    readonly id: string;
  },
  options: CallOptions = {},
): Promise<void> {
  return call(gateways, { method: "DELETE", path: "/v2/tokens/{id}", input, ...options });
}

/** Makes or changes a namespace; admins, and its owners but for the owner. @throws the gateway's refusals, E_CLIENT_… */
export function saveNamespace(
  gateways: Gateways,
  input: {
    /** The name, encoded or with its slashes. */
    readonly name: string;
  },
  body: NamespaceWish,
  options: CallOptions = {},
): Promise<void> {
  return call(gateways, { method: "PUT", path: "/v2/namespaces/{name}", input, body, ...options });
}

/** Makes or changes a team; admins, and its own for its members. @throws the gateway's refusals, E_CLIENT_… */
export function saveTeam(
  gateways: Gateways,
  input: {
    /** The team's name. */
    readonly team: string;
  },
  body: TeamWish,
  options: CallOptions = {},
): Promise<void> {
  return call(gateways, { method: "PUT", path: "/v2/teams/{team}", input, body, ...options });
}

/** Changes somebody's quota; admins. @throws the gateway's refusals, E_CLIENT_… */
export function setQuota(
  gateways: Gateways,
  input: {
    /** Of whom. */
    readonly kind: "user" | "group";
    /** A name, an id, or `everybody` for those without a quota of their own. */
    readonly subject: string;
  },
  body: QuotaLimits,
  options: CallOptions = {},
): Promise<void> {
  return call(gateways, { method: "PUT", path: "/v2/quota/{kind}/{subject}", input, body, ...options });
}

/** One image; counts as a use of it. @throws the gateway's refusals, E_CLIENT_… */
export function showImage(
  gateways: Gateways,
  input: {
    /** For administrators and operators: also what nobody showed them, without using it. */
    readonly all?: boolean | undefined;
    /** A system of the site. */
    readonly system: string;
    /** `docker`, or `custom` for imports. */
    readonly itype: string;
    /** The reference: `[location/]repository:tag` or `…@sha256:…`. */
    readonly tag: string;
  },
  options: CallOptions = {},
): Promise<Image> {
  return call(gateways, { method: "GET", path: "/v2/images/{system}/{itype}/{tag}", input, ...options });
}

/** Your quota, and what you have. @throws the gateway's refusals, E_CLIENT_… */
export function showOwnQuota(gateways: Gateways, options: CallOptions = {}): Promise<Quota> {
  return call(gateways, { method: "GET", path: "/v2/quota", ...options });
}

/** One pull. @throws the gateway's refusals, E_CLIENT_… */
export function showPull(
  gateways: Gateways,
  input: {
    /** Its id. */
    readonly id: string;
  },
  options: CallOptions = {},
): Promise<Pull> {
  return call(gateways, { method: "GET", path: "/v2/pulls/{id}", input, ...options });
}

/** Somebody's quota; admins. @throws the gateway's refusals, E_CLIENT_… */
export function showQuota(
  gateways: Gateways,
  input: {
    /** Of whom. */
    readonly kind: "user" | "group";
    /** A name, an id, or `everybody` for those without a quota of their own. */
    readonly subject: string;
  },
  options: CallOptions = {},
): Promise<Quota> {
  return call(gateways, { method: "GET", path: "/v2/quota/{kind}/{subject}", input, ...options });
}

/** One of them with its tags. @throws the gateway's refusals, E_CLIENT_… */
export function showRepository(
  gateways: Gateways,
  input: {
    /** The name, encoded or with its slashes. */
    readonly name: string;
  },
  options: CallOptions = {},
): Promise<RepositoryWithTags> {
  return call(gateways, { method: "GET", path: "/v2/repositories/{name}", input, ...options });
}

/** The pull's record again at each change (`progress`), and at its end (`end`); `problem` if it cannot be read. @throws the gateway's refusals, E_CLIENT_… */
export function streamPull(
  gateways: Gateways,
  input: {
    /** Its id. */
    readonly id: string;
  },
  options: CallOptions = {},
): AsyncGenerator<SentEvent> {
  return callForEvents(gateways, { method: "GET", path: "/v2/pulls/{id}/events", input, ...options });
}

/** Where a tag has led. @throws the gateway's refusals, E_CLIENT_… */
export function tagHistory(
  gateways: Gateways,
  input: {
    /** A system of the site. */
    readonly system: string;
    /** `docker`, or `custom` for imports. */
    readonly itype: string;
    /** The reference: `[location/]repository:tag` or `…@sha256:…`. */
    readonly tag: string;
  },
  options: CallOptions = {},
): Promise<TagHistory> {
  return call(gateways, { method: "GET", path: "/v2/tags/{system}/{itype}/{tag}", input, ...options });
}

/** No longer keeps an image. @throws the gateway's refusals, E_CLIENT_… */
export function unpinImage(
  gateways: Gateways,
  input: {
    /** A system of the site. */
    readonly system?: string | undefined;
    /** `docker`, or `custom` for imports. */
    readonly itype?: string | undefined;
    /** The reference: `[location/]repository:tag` or `…@sha256:…`. */
    readonly tag: string;
    /** Who needs it: `job:123`. */
    readonly holder: string;
  },
  options: CallOptions = {},
): Promise<void> {
  return call(gateways, { method: "DELETE", path: "/v2/pins", input, ...options });
}

/** Who the gateway takes you for. @throws the gateway's refusals, E_CLIENT_… */
export function whoAmI(
  gateways: Gateways,
  input: {
    /** A system of the site. */
    readonly system?: string | undefined;
  } = {},
  options: CallOptions = {},
): Promise<Person> {
  return call(gateways, { method: "GET", path: "/v2/whoami", input, ...options });
}
