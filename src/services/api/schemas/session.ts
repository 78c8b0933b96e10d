// Signing in: who somebody is, and which ways in there are.

import { Type } from "typebox";
import { line, list, named, ref, seconds, text, word } from "./words.ts";

/** What somebody may do on the whole site. */
export const ROLES = ["viewer", "user", "operator", "admin"] as const;

export const Me = named("Me", "Who is signed in.", {
  user: text("Name of the account."),
  uid: Type.Integer(),
  gid: Type.Integer(),
  name: Type.Optional(text("The person's name, when the directory has one.")),
  groups: list(Type.String(), "Names of the groups, as far as the directory knows them."),
  roles: list(word(ROLES, "A role."), "What the person may do on the whole site."),
  via: text("How the person signed in: `password`, `oidc`, `token`, `munge`, …"),
  expiresAt: Type.Optional(seconds("When the session ends")),
});

export const SignInWays = named("SignInWays", "How one signs in here.", {
  password: Type.Boolean({ description: "With the name and password of an account." }),
  token: Type.Boolean({ description: "With a token of the site." }),
  oidc: Type.Optional(text("Where a browser goes to sign in elsewhere; absent: not possible.")),
  oidcName: Type.Optional(text("What that is called, for the button.")),
});

export const Session = named("Session", "The session of a browser.", {
  me: Type.Optional(ref(Me)),
  csrf: Type.Optional(
    text("To be sent as `x-berth-csrf` with everything that changes something; cookie sessions only."),
  ),
  ways: ref(SignInWays),
  site: text("Name of the site's services."),
  version: text("Version of berth."),
});

export const SignIn = named("SignIn", "Name and password, or a token.", {
  user: Type.Optional(line(256, "Name of the account.")),
  password: Type.Optional(Type.String({ minLength: 1, maxLength: 4096 })),
  token: Type.Optional(Type.String({ minLength: 1, maxLength: 4096 })),
});

export const PARTS = [Me, SignInWays];
