// The call of a webhook: no person, but a signature over the very bytes that were sent, so these routes read bodies raw.

import type { FastifyPluginAsync } from "fastify";
import { Type } from "typebox";
import { checkerOf } from "../../gateway/api/v2/checking.ts";
import type { SchemaTypes } from "../../gateway/api/v2/type-provider.ts";
import type { ServicesApiParts } from "./parts.ts";
import { ID } from "./schemas/words.ts";
import { shownDeployment } from "./show.ts";

/** What continuous integration sends along is not read, only signed. */
const BODY_LIMIT = 64 * 1024;
const PATH = Type.Object({ id: ID });

export function webhookCalls({ desk }: ServicesApiParts): FastifyPluginAsync {
  return async (app) => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser("*", { parseAs: "buffer", bodyLimit: BODY_LIMIT }, (_request, body, done) =>
      done(null, body),
    );
    app.setValidatorCompiler(checkerOf([]));
    const schema = { params: PATH, hide: true } as const;
    app.withTypeProvider<SchemaTypes>().post("/webhooks/:id", { schema }, async (request, reply) => {
      const body: unknown = request.body;
      const deployment = await desk.site.called({
        id: request.params.id,
        body: Buffer.isBuffer(body) ? body : Buffer.alloc(0),
        timestamp: one(request.headers["x-berth-timestamp"]),
        signature: one(request.headers["x-berth-signature"]),
        address: request.ip,
      });
      return reply.code(200).send(shownDeployment(deployment));
    });
  };
}

function one(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === "string" ? header : undefined;
}
