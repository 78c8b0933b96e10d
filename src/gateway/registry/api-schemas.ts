// What the routes of teams, namespaces and repositories take and answer.

import { Type } from "typebox";

const name = (description: string) => Type.String({ minLength: 1, maxLength: 200, description });
const role = (words: readonly string[]) =>
  Type.Unsafe<"view" | "write" | "admin">({ type: "string", enum: words, description: "What they may do." });
const below = Type.Optional(name("For this repository only, named below the namespace."));
const closed = { additionalProperties: false };

export const TeamParams = Type.Object({ team: name("The team's name.") });

export const TeamBody = Type.Object(
  {
    group: Type.Optional(name("A group of the name service, whose members may write.")),
    members: Type.Unsafe<Readonly<Record<string, "write" | "admin">>>({
      type: "object",
      maxProperties: 10_000,
      additionalProperties: { type: "string", enum: ["write", "admin"] },
      description: "User names, and what they may do.",
    }),
  },
  closed,
);

export const NamespaceBody = Type.Object(
  {
    team: Type.Optional(name("The team that owns it; left out for a person's own.")),
    grants: Type.Array(
      Type.Object(
        {
          to: Type.String({ pattern: "^(everyone|(team|user):[^\\s:]{1,128})$", description: "Whom it is given to." }),
          role: role(["view", "write", "admin"]),
          repository: below,
        },
        closed,
      ),
      { maxItems: 1000 },
    ),
    tagRules: Type.Array(
      Type.Object(
        {
          pattern: Type.String({ pattern: "^[A-Za-z0-9_.*?-]{1,64}$", description: "With * and ?, or `semver`." }),
          kind: Type.Unsafe<"immutable" | "moving">({ type: "string", enum: ["immutable", "moving"] }),
          repository: below,
        },
        closed,
      ),
      { maxItems: 100 },
    ),
  },
  closed,
);

/** The rest of the path: names have slashes. */
export const NameInPath = Type.Object({ "*": name("The name.") });

export const Paging = Type.Object(
  {
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100, description: "Items of a page." })),
    after: Type.Optional(name("`next` of the page before.")),
  },
  closed,
);
