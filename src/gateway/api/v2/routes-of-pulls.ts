// Pulls and imports: wish for one, see how far it is, give it up. Following one live: routes-of-progress.ts.

import { Type } from "typebox";
import { somebody } from "../ask.ts";
import { numbersOf } from "./lists.ts";
import { wishedName } from "./names.ts";
import { answering } from "./operations.ts";
import { systemOf, type V2Parts } from "./parts.ts";

import { SYSTEM } from "./schemas/image.ts";
import { ImportWish, Pull, PullAnswer, PullList, PullWish } from "./schemas/pull.ts";
import { ref } from "./schemas/shared.ts";
import type { TypedServer } from "./type-provider.ts";

/** The path of one pull. */
export const PULL_PARAMS = Type.Object({
  id: Type.String({ pattern: "^[0-9A-Za-z-]{1,64}$", description: "Its id." }),
});

const LIST_QUERY = Type.Object({ system: Type.Optional(SYSTEM) }, { additionalProperties: false });

/** Wishing for images. */
export function wishRoutes(app: TypedServer, parts: V2Parts): void {
  const { desk, authenticate, directory } = parts;

  app.post(
    "/pulls",
    {
      schema: answering(
        "requestPull",
        "Wishes for an image of a registry; answers the image when nothing has to be done",
        { body: ref(PullWish) },
        ref(PullAnswer),
      ),
    },
    async (request) => {
      const name = wishedName(parts, request.body);
      const who = await somebody(authenticate, request, name.system);
      const found = await desk.pull(who, name, await numbersOf(directory, request.body));
      return "key" in found ? { image: found } : { pull: found };
    },
  );
  app.post(
    "/imports",
    {
      schema: answering("requestImport", "Wishes to make an image of a file", { body: ref(ImportWish) }, ref(Pull)),
    },
    async (request) => {
      const { path, format, itype = "custom" } = request.body;
      const name = wishedName(parts, { ...request.body, itype });
      const who = await somebody(authenticate, request, name.system);
      return desk.importFile(who, name, { path, format }, await numbersOf(directory, request.body));
    },
  );
}

/** How far they are. */
export function pullRoutes(app: TypedServer, parts: V2Parts): void {
  const { desk, authenticate } = parts;

  app.get(
    "/pulls",
    {
      schema: answering(
        "listPulls",
        "Pulls that have not ended, of images that you may know of",
        { querystring: LIST_QUERY },
        ref(PullList),
      ),
    },
    async (request) => {
      const system = systemOf(parts, request.query.system);
      return { items: await desk.queue(await authenticate(request, system), system) };
    },
  );
  app.get(
    "/pulls/:id",
    { schema: answering("showPull", "One pull", { params: PULL_PARAMS }, ref(Pull)) },
    async (request) => desk.findPull(await somebody(authenticate, request, undefined), request.params.id),
  );
  app.delete(
    "/pulls/:id",
    { schema: answering("cancelPull", "Gives a pull up", { params: PULL_PARAMS }, ref(Pull)) },
    async (request) => desk.cancelPull(await somebody(authenticate, request, undefined), request.params.id),
  );
}
