// Where the site's registry sends its notifications. Only who knows the shared secret is heard.

import { createHash, timingSafeEqual } from "node:crypto";
import type { FastifyPluginAsync } from "fastify";
import { BerthError } from "../../base/errors.ts";
import type { Verdict } from "../types.ts";
import { fail } from "./errors.ts";
import { changesOf, type RegistryChange } from "./events.ts";
import type { PushedManifest, Shelf } from "./shelf.ts";

/** Where notifications go. */
export const EVENTS_PATH = "/registry/events";

/** What becomes of notifications. */
export interface EventsParts {
  readonly shelf: Pick<Shelf, "pushed" | "removed" | "untagged" | "judged">;
  /** Looks at what was pushed; what it refuses is not given out. Undefined: everything is. */
  readonly judge: ((pushed: PushedManifest) => Promise<Verdict>) | undefined;
  /** What the registry has to send as `Authorization: Bearer …`. */
  readonly secret: string;
  readonly now: () => number;
}

const MAX_ENVELOPE = 8 * 1024 * 1024;
const MEDIA_TYPE = "application/vnd.docker.distribution.events.v1+json";

/** The route of the notifications. An answer other than 2xx makes the registry send them again. */
export function eventsRoute(parts: EventsParts): FastifyPluginAsync {
  const wanted = hash(`Bearer ${parts.secret}`);
  return async (app) => {
    const options = { parseAs: "string", bodyLimit: MAX_ENVELOPE } as const;
    app.addContentTypeParser(MEDIA_TYPE, options, app.getDefaultJsonParser("error", "error"));
    app.setErrorHandler((error, request, reply) => {
      const { statusCode = 500 } = error as { readonly statusCode?: number };
      const status = error instanceof BerthError ? error.http : statusCode;
      if (status >= 500)
        request.log.error({ request: request.id, err: error }, "a notification of the registry was lost");
      return reply.code(status).send({ error: status < 500 && error instanceof Error ? error.message : "failed" });
    });
    const authorized = async (request: { readonly headers: { readonly authorization?: string | undefined } }) => {
      if (!timingSafeEqual(hash(request.headers.authorization ?? ""), wanted)) throw fail("E_REGISTRY_EVENTS_LOGIN");
    };
    app.post(EVENTS_PATH, { onRequest: authorized }, async (request, reply) => {
      const changes = changesOf(request.body, parts.now());
      if (changes === undefined) throw fail("E_REGISTRY_EVENTS", { why: "it has no events" });
      for (const change of changes) await apply(change, parts);
      return reply.code(204).send();
    });
  };
}

async function apply(change: RegistryChange, parts: EventsParts): Promise<void> {
  if (change.kind === "removed") return parts.shelf.removed(change.repository, change.digest);
  if (change.kind === "untagged") return parts.shelf.untagged(change.repository, change.tag);
  await takePushed(change.manifest, parts);
}

/** Records what was pushed, and has it looked at. */
export async function takePushed(
  manifest: PushedManifest,
  { shelf, judge }: { readonly shelf: Pick<Shelf, "pushed" | "judged">; readonly judge: EventsParts["judge"] },
): Promise<void> {
  await shelf.pushed(manifest);
  if (judge) await shelf.judged(manifest.digest, await judge(manifest));
}

function hash(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
