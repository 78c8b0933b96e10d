// Secrets: their values come in here and never go out.

import { Type } from "typebox";
import { answering, doing } from "../../gateway/api/v2/operations.ts";
import type { TypedServer } from "../../gateway/api/v2/type-provider.ts";
import { fail } from "./errors.ts";
import { person, type ServicesApiParts } from "./parts.ts";
import * as schemas from "./schemas/secret.ts";
import { ref, SECRET } from "./schemas/words.ts";

const SECRET_PATH = Type.Object({ name: SECRET });

export function secretRoutes(app: TypedServer, parts: ServicesApiParts): void {
  const { secrets } = parts.desk;

  app.get(
    "/secrets",
    { schema: answering("listSecrets", "Secrets that you may use, without values", {}, ref(schemas.SecretList)) },
    async (request) => ({ items: await secrets.list(await person(parts, request)) }),
  );
  app.post(
    "/secrets",
    { schema: answering("makeSecret", "Keeps a secret", { body: ref(schemas.SecretWish) }, ref(schemas.Secret)) },
    async (request) => {
      const { value, ...wish } = request.body;
      return secrets.create(await person(parts, request), { ...wish, value: bytesOf(value) });
    },
  );
  app.get(
    "/secrets/:name",
    { schema: answering("showSecret", "One secret, without its value", { params: SECRET_PATH }, ref(schemas.Secret)) },
    async (request) => secrets.show(await person(parts, request), request.params.name),
  );
  app.delete(
    "/secrets/:name",
    { schema: doing("removeSecret", "Forgets a secret that no service gets", { params: SECRET_PATH }) },
    async (request, reply) => {
      await secrets.remove(await person(parts, request), request.params.name);
      return reply.code(204).send();
    },
  );
  app.post(
    "/secrets/:name/rotate",
    {
      schema: answering(
        "rotateSecret",
        "Gives a secret a new value, and restarts what gets it",
        { params: SECRET_PATH, body: ref(schemas.RotateWish) },
        ref(schemas.Rotated),
      ),
    },
    async (request) => {
      const { value, restart = true } = request.body;
      return secrets.rotate(await person(parts, request), request.params.name, bytesOf(value), { restart });
    },
  );
  app.post(
    "/secret-key/exchange",
    {
      schema: answering(
        "exchangeSecretKey",
        "Closes all secrets with a new key of the site, and forgets the old ones; operators only",
        {},
        ref(schemas.KeyExchanged),
      ),
    },
    async (request) => ({ secrets: await secrets.exchangeKey(await person(parts, request)) }),
  );
}

function bytesOf(value: string): Buffer {
  const bytes = Buffer.from(value, "base64");
  if (bytes.toString("base64").replace(/=+$/, "") !== value.replace(/=+$/, "")) throw fail("E_SERVICES_VALUE");
  return bytes;
}
