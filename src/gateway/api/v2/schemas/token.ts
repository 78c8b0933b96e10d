// Tokens: what stands for a person where munge does not reach.

import { Type } from "typebox";
import type { Scope } from "../../../types.ts";
import { line, list, named, ref, seconds, secondsOrNull, text, word } from "./shared.ts";

const SCOPES = ["read", "pull", "manage", "admin"] as const satisfies readonly Scope[];
const scopes = list(word(SCOPES, "What it may be used for."), "What it may be used for.");

export const Token = named("Token", "A token, without its secret.", {
  id: text("Its id."),
  name: text("What it is for."),
  user: text("Whose it is."),
  uid: Type.Integer(),
  scopes,
  createdAt: seconds("When it was made"),
  expires: secondsOrNull("When it ends; null: when it is revoked"),
  lastUse: secondsOrNull("When it was last used"),
});

export const TokenList = named("TokenList", "Tokens.", { items: Type.Array(ref(Token)) });

export const TokenWish = named("TokenWish", "A wish for a token.", {
  name: line(128, "What it is for."),
  scopes: Type.Array(word(SCOPES, "What it may be used for."), { minItems: 1, maxItems: SCOPES.length }),
  expiresIn: Type.Optional(Type.Number({ exclusiveMinimum: 0, description: "Seconds until it ends." })),
});

export const NewToken = named("NewToken", "A new token. Its secret is shown this once.", {
  secret: text("To be sent as `authorization: Bearer …`."),
  token: ref(Token),
});
