// Why the desk does not do what somebody asks.

import { defineErrors } from "../../base/errors.ts";

/** Refusals of the desk. */
export const fail = defineErrors({
  E_DESK_NOT_YOURS: {
    // The words of Spin: what scripts look for.
    text: "you don't own stack {stack}",
    hint: "{who} may: its owner, the members of its groups, its staff",
    exit: 1,
    http: 403,
  },
  E_DESK_OWNER_ONLY: {
    text: "only the owner of stack {stack}, its staff-owner and administrators may {what}",
    hint: "ask {owner}",
    exit: 1,
    http: 403,
  },
  E_DESK_FOR_ANOTHER: {
    text: "{user} may not make {stack} a stack of {kind} {name}: its services would run as them",
    hint: "set the tag {tag} to your own, or ask an administrator",
    exit: 1,
    http: 403,
  },
  E_DESK_VIEWER: {
    text: "{user} may look at services here, and change nothing",
    hint: "ask the staff of the site for the role `user`",
    exit: 1,
    http: 403,
  },
  E_DESK_SCOPE: {
    text: "this token is not for {what}",
    hint: "use a token with the scope {scope}",
    exit: 1,
    http: 403,
  },
  E_DESK_EXEC_USER: {
    text: "a shell in {service} runs as the user of the service: {target} there is a folder or volume that others use, too",
    hint: "leave the user out, or ask an administrator",
    exit: 1,
    http: 403,
  },
  E_DESK_STAFF: { text: "only operators and administrators may {what}", exit: 1, http: 403 },
  E_DESK_NO_SERVICE: {
    text: "stack {stack} has no service {service}",
    hint: "it has: {services}",
    exit: 1,
    http: 404,
  },
  E_DESK_NO_DEPLOYMENT: { text: "stack {stack} has no deployment {id}", exit: 1, http: 404 },
  E_DESK_NO_OPERATION: { text: "of stack {stack} there is no operation {id}", exit: 1, http: 404 },
  E_DESK_NO_SECRET: {
    text: "there is no secret {name}, or it is not yours",
    hint: "GET /v2/secrets lists those that you may use",
    exit: 1,
    http: 404,
  },
  E_DESK_SECRET_NAME: {
    text: "{name} is no name of a secret",
    hint: "secrets are called STACK.FILE or SERVICE.STACK.FILE",
    exit: 1,
    http: 400,
  },
  E_DESK_SECRET_USED: {
    text: "secret {name} is used by {uses}",
    hint: "take it out of their recipe first",
    exit: 1,
    http: 409,
  },
  E_DESK_SECRET_OTHERS: {
    text: "{name} would be a secret of stack {stack}, which is not yours",
    hint: "the part before the file's name is the stack that may use it",
    exit: 1,
    http: 403,
  },
  E_DESK_WEBHOOK: { text: "there is no such webhook, or the signature does not hold", http: 403 },
  E_DESK_UNAVAILABLE: {
    text: "this site does not offer {what}",
    hint: "its staff can: see docs/services-admin.md",
    exit: 1,
    http: 404,
  },
});
