// Quarantine and pins: what operators and the batch system do with images.

import { Type } from "typebox";
import { somebody } from "../ask.ts";
import { wishedName } from "./names.ts";
import { answering, doing } from "./operations.ts";
import { systemOf, type V2Parts } from "./parts.ts";
import { Image, ITYPE, Pin, PinPage, ReleaseWish, SYSTEM, TAG } from "./schemas/image.ts";
import { PAGING, ref } from "./schemas/shared.ts";
import type { TypedServer } from "./type-provider.ts";

const PIN_QUERY = Type.Object(
  { system: Type.Optional(SYSTEM), itype: Type.Optional(ITYPE), tag: TAG, holder: Pin.properties.holder },
  { additionalProperties: false },
);

const PINS_QUERY = Type.Object(
  {
    system: Type.Optional(SYSTEM),
    itype: Type.Optional(ITYPE),
    tag: Type.Optional(TAG),
    mine: Type.Optional(Type.Boolean({ description: "Only those that you set." })),
    ...PAGING,
  },
  { additionalProperties: false },
);

export function custodyRoutes(app: TypedServer, parts: V2Parts): void {
  const { desk, authenticate } = parts;

  app.post(
    "/releases",
    { schema: answering("releaseImage", "Lets an image out of quarantine", { body: ref(ReleaseWish) }, ref(Image)) },
    async (request) => {
      const name = wishedName(parts, request.body);
      return desk.release(await somebody(authenticate, request, name.system), name, request.body.reason);
    },
  );
  app.get(
    "/pins",
    {
      schema: answering(
        "listPins",
        "Who holds which image: your pins, those of your images, and for operators all",
        { querystring: PINS_QUERY },
        ref(PinPage),
      ),
    },
    async (request) => {
      const { itype, tag, ...filter } = request.query;
      const system = systemOf(parts, filter.system);
      const name = tag === undefined ? undefined : wishedName(parts, { system, tag, ...(itype ? { itype } : {}) });
      return desk.pins(await somebody(authenticate, request, system), { ...filter, system, name });
    },
  );
  app.put(
    "/pins",
    { schema: doing("pinImage", "Keeps an image for as long as somebody needs it", { body: ref(Pin) }) },
    async (request, reply) => {
      const { holder, until } = request.body;
      const name = wishedName(parts, request.body);
      await desk.pin(await somebody(authenticate, request, name.system), name, holder, until ?? null);
      return reply.code(204).send();
    },
  );
  app.delete(
    "/pins",
    { schema: doing("unpinImage", "No longer keeps an image", { querystring: PIN_QUERY }) },
    async (request, reply) => {
      const name = wishedName(parts, request.query);
      await desk.unpin(await somebody(authenticate, request, name.system), name, request.query.holder);
      return reply.code(204).send();
    },
  );
}
