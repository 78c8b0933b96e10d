// Images: find, list, remove, change who may read them; and where tags have led.

import { Type } from "typebox";
import { somebody } from "../ask.ts";
import { numbersOf } from "./lists.ts";
import { IMAGE_PATH, NAMED_IMAGE, nameOf } from "./names.ts";
import { answering, doing } from "./operations.ts";
import { systemOf, type V2Parts } from "./parts.ts";
import { AclChange, Image, ImagePage, SYSTEM, TagHistory } from "./schemas/image.ts";
import { line, PAGING, ref } from "./schemas/shared.ts";
import type { TypedServer } from "./type-provider.ts";
import { withVerdicts } from "./verdicts.ts";

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

/** Looking at images. */
export function imageRoutes(app: TypedServer, parts: V2Parts): void {
  const { desk, authenticate } = parts;

  app.get(
    "/images",
    { schema: answering("listImages", "Images that you may read", { querystring: LIST_QUERY }, ref(ImagePage)) },
    async (request) => {
      const system = systemOf(parts, request.query.system);
      const page = await desk.list(await authenticate(request, system), { ...request.query, system });
      return { ...page, items: await withVerdicts(page.items, parts) };
    },
  );
  app.get(
    `/images${IMAGE_PATH}`,
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
      const image = await desk.lookup(await authenticate(request, name.system), name, { all });
      return (await withVerdicts([image], parts))[0] ?? image;
    },
  );
  app.get(
    `/tags${IMAGE_PATH}`,
    { schema: answering("tagHistory", "Where a tag has led", { params: NAMED_IMAGE }, ref(TagHistory)) },
    async (request) => {
      const name = nameOf(request.params);
      return { items: await desk.tagHistory(await somebody(authenticate, request, name.system), name) };
    },
  );
}

/** Changing images. */
export function changeRoutes(app: TypedServer, { desk, authenticate, directory }: V2Parts): void {
  const path = `/images${IMAGE_PATH}`;

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
}
