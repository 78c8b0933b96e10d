// Images: find, list, remove, change who may read them, let them out of quarantine, pin them; and where tags have led.

import { Type } from "typebox";
import { somebody } from "../ask.ts";
import { imageName } from "../image-name.ts";
import { numbersOf } from "./lists.ts";
import { answering, doing } from "./operations.ts";
import { systemOf, type V2Parts } from "./parts.ts";
import { AclChange, Image, ImagePage, ITYPE, Pin, ReleaseWish, SYSTEM, TAG, TagHistory } from "./schemas/image.ts";
import { line, PAGING, ref } from "./schemas/shared.ts";
import type { TypedServer } from "./type-provider.ts";

/** The name of an image in a path: the tag, encoded or with its slashes, is all of the rest. */
const NAMED_IMAGE = Type.Object({ system: SYSTEM, itype: ITYPE, "*": TAG });

const ALL = Type.Optional(
  Type.Boolean({ description: "For administrators and operators: also what nobody showed them, without using it." }),
);

const SHOW_QUERY = Type.Object({ all: ALL }, { additionalProperties: false });

const LIST_QUERY = Type.Object(
  {
    system: Type.Optional(SYSTEM),
    all: ALL,
    mine: Type.Optional(Type.Boolean({ description: "Only your own." })),
    match: Type.Optional(line(256, "Part of a tag.")),
    ...PAGING,
  },
  { additionalProperties: false },
);

const PIN_QUERY = Type.Object(
  { system: Type.Optional(SYSTEM), itype: Type.Optional(ITYPE), tag: TAG, holder: Pin.properties.holder },
  { additionalProperties: false },
);

export function imageRoutes(app: TypedServer, parts: V2Parts): void {
  const { desk, authenticate, directory } = parts;
  const path = "/images/:system/:itype/*";

  app.get(
    "/images",
    { schema: answering("listImages", "Images that you may read", { querystring: LIST_QUERY }, ref(ImagePage)) },
    async (request) => {
      const system = systemOf(parts, request.query.system);
      return desk.list(await authenticate(request, system), { ...request.query, system });
    },
  );
  app.get(
    path,
    {
      schema: answering(
        "showImage",
        "One image; counts as a use of it",
        { params: NAMED_IMAGE, querystring: SHOW_QUERY },
        ref(Image),
      ),
    },
    async (request) => {
      const name = nameOf(request.params);
      const { all = false } = request.query;
      return desk.lookup(await authenticate(request, name.system), name, { all });
    },
  );
  app.patch(
    path,
    {
      schema: answering(
        "changeAcl",
        "Changes who may read a private image",
        { params: NAMED_IMAGE, body: ref(AclChange) },
        ref(Image),
      ),
    },
    async (request) => {
      const name = nameOf(request.params);
      const who = await somebody(authenticate, request, name.system);
      return desk.setAcl(who, name, await numbersOf(directory, request.body));
    },
  );
  app.delete(
    path,
    { schema: doing("removeImage", "Removes an image of yours", { params: NAMED_IMAGE }) },
    async (request, reply) => {
      const name = nameOf(request.params);
      await desk.remove(await somebody(authenticate, request, name.system), name);
      return reply.code(204).send();
    },
  );
  app.get(
    "/tags/:system/:itype/*",
    { schema: answering("tagHistory", "Where a tag has led", { params: NAMED_IMAGE }, ref(TagHistory)) },
    async (request) => {
      const name = nameOf(request.params);
      return { items: await desk.tagHistory(await somebody(authenticate, request, name.system), name) };
    },
  );
}

/** Quarantine and pins: what operators and the batch system do with images. */
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

/** The name in a body or a query, where system and type may be left out. @throws E_API_NAME, E_API_SYSTEM */
export function wishedName(
  parts: V2Parts,
  wish: { readonly system?: string; readonly itype?: string; readonly tag: string },
): ReturnType<typeof imageName> {
  return imageName({ system: systemOf(parts, wish.system), type: wish.itype ?? "docker", tag: wish.tag });
}

function nameOf(params: { readonly system: string; readonly itype: string; readonly "*": string }) {
  return imageName({ system: params.system, type: params.itype, tag: params["*"] });
}
