// Stacks: see them, judge a recipe, have it, take it down. What is done with one that runs: routes-of-operations.ts.

import { Type } from "typebox";
import { answering } from "../../gateway/api/v2/operations.ts";
import type { TypedServer } from "../../gateway/api/v2/type-provider.ts";
import type { StackWish } from "../types.ts";
import { forbidden } from "./forbidden.ts";
import { person, type ServicesApiParts } from "./parts.ts";
import { Deployment, DeploymentFiles, Export, Operation } from "./schemas/deployment.ts";
import * as proposal from "./schemas/proposal.ts";
import * as schemas from "./schemas/stack.ts";
import { ID, line, PAGING, ref, SERVICE, STACK } from "./schemas/words.ts";
import { shownDeployment, shownDiff, shownOperation, shownProposal } from "./show.ts";

export const STACK_PATH = Type.Object({ stack: STACK });
export const SERVICE_PATH = Type.Object({ stack: STACK, service: SERVICE });

const LIST_QUERY = Type.Object(
  {
    match: Type.Optional(line(256, "Part of a name or title.")),
    owner: Type.Optional(line(256, "Only of this account.")),
    tag: Type.Optional(line(256, "`KEY` or `KEY:VALUE`.")),
    mine: Type.Optional(Type.Boolean({ description: "Only those that you may operate." })),
    attention: Type.Optional(
      Type.Boolean({ description: "Only those that failed, are degraded, or wait to be confirmed." }),
    ),
    ...PAGING,
  },
  { additionalProperties: false },
);
const DOWN_QUERY = Type.Object(
  { volumes: Type.Optional(Type.Boolean({ default: false, description: "Its volumes, too, with what is in them." })) },
  { additionalProperties: false },
);
const FILES_QUERY = Type.Object(
  { deployment: Type.Optional(ID) },
  { additionalProperties: false, description: "The one that counts, if none is named." },
);

export function stackRoutes(app: TypedServer, parts: ServicesApiParts): void {
  const { stacks } = parts.desk;

  app.get(
    "/stacks",
    {
      schema: answering(
        "listStacks",
        "Stacks that you may know of, by name",
        { querystring: LIST_QUERY },
        ref(schemas.StackPage),
      ),
    },
    async (request) =>
      stacks.list(await person(parts, request), { ...request.query, limit: request.query.limit ?? 100 }),
  );
  app.get(
    "/stacks/:stack",
    { schema: answering("showStack", "One stack", { params: STACK_PATH }, ref(schemas.Stack)) },
    async (request) => stacks.show(await person(parts, request), request.params.stack),
  );
  app.get(
    "/stacks/:stack/services/:service",
    { schema: answering("showService", "One service", { params: SERVICE_PATH }, ref(schemas.Service)) },
    async (request) => {
      const { stack, service } = request.params;
      return stacks.service(await person(parts, request), stack, service);
    },
  );
  const removing = answering(
    "removeStack",
    "Takes a stack down; answers at once with the operation to follow",
    { params: STACK_PATH, querystring: DOWN_QUERY },
    ref(Operation),
  );
  app.delete("/stacks/:stack", { schema: removing }, async (request) => {
    const { volumes = false } = request.query;
    return shownOperation(await stacks.down(await person(parts, request), request.params.stack, { volumes }));
  });
}

/** From a recipe to a stack. */
export function recipeRoutes(app: TypedServer, parts: ServicesApiParts): void {
  const { stacks } = parts.desk;
  const takes = { body: ref(proposal.StackWish) };

  app.post(
    "/stacks/propose",
    { schema: answering("proposeStack", "What would come of a recipe; does nothing", takes, ref(proposal.Proposal)) },
    async (request) => shownProposal(await stacks.propose(await person(parts, request), wishOf(request.body))),
  );
  const deploy = answering(
    "deployStack",
    "Makes a stack, or changes it to what the recipe says; answers at once with the deployment to follow",
    takes,
    ref(Deployment),
  );
  app.post("/stacks", { schema: deploy }, async (request) => {
    const answer = await stacks.up(await person(parts, request), wishOf(request.body));
    if (answer.begun) return shownDeployment(answer.deployment);
    throw forbidden(answer.proposal);
  });
  app.post(
    "/stacks/:stack/diff",
    {
      schema: answering(
        "diffStack",
        "What a recipe would change of a stack; does nothing",
        { params: STACK_PATH, ...takes },
        ref(proposal.StackDiff),
      ),
    },
    async (request) => {
      const wish = { ...wishOf(request.body), name: request.params.stack };
      return shownDiff(await stacks.diff(await person(parts, request), wish));
    },
  );
}

/** From a stack to its recipe. */
export function exportRoutes(app: TypedServer, parts: ServicesApiParts): void {
  const { stacks } = parts.desk;

  app.get(
    "/stacks/:stack/files",
    {
      schema: answering(
        "showFiles",
        "The recipe of a stack as it was sent",
        { params: STACK_PATH, querystring: FILES_QUERY },
        ref(DeploymentFiles),
      ),
    },
    async (request) => {
      const who = await person(parts, request);
      return { files: await stacks.files(who, request.params.stack, request.query.deployment) };
    },
  );
  app.get(
    "/stacks/:stack/export",
    {
      schema: answering(
        "exportStack",
        "A recipe that gives the same stack again, its images pinned to their digests",
        { params: STACK_PATH },
        ref(Export),
      ),
    },
    async (request) => stacks.export(await person(parts, request), request.params.stack),
  );
}

type SentWish = Omit<StackWish, "variables" | "profiles" | "tags"> & {
  readonly variables?: StackWish["variables"] | undefined;
  readonly profiles?: StackWish["profiles"] | undefined;
  readonly tags?: StackWish["tags"] | undefined;
};

function wishOf({ name, files, compose, variables = {}, profiles = [], tags = {} }: SentWish): StackWish {
  return { name, files, compose, variables, profiles, tags };
}
