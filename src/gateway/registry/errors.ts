// What the site's registry refuses, in the words of people; `registryError` says it in those of the protocol.

import { defineErrors } from "../../base/errors.ts";

/** Makes the failures of the site's registry. */
export const fail = defineErrors({
  E_REGISTRY_LOGIN: {
    text: "the login of {user} does not hold",
    hint: "log in with your user name, and a token of the gateway or a fresh munge credential as the password",
    http: 401,
  },
  E_REGISTRY_LOGIN_NAME: {
    text: "the credential is not one of {user}",
    hint: "log in with your own user name",
    http: 401,
  },
  E_REGISTRY_SERVICE: {
    text: "this token service speaks for {service} only",
    hint: "check the registry's configuration: berth serve writes it beside the gateway's keys",
    http: 400,
  },
  E_REGISTRY_TOKEN_REQUEST: {
    text: "the request for a token cannot be understood: {why}",
    hint: "the forms are those of the distribution project's token authentication",
    http: 400,
  },
  E_REGISTRY_IMMUTABLE: {
    text: "the tag {tag} of {repository} exists and stays what it is: the rule {pattern} of {place} makes it immutable",
    hint: "push under a new version, or under a tag that moves",
    http: 409,
  },
  E_REGISTRY_PATH: {
    text: "the path is not written as the distribution protocol writes it",
    hint: "names, tags and digests have no escapes, empty parts or dots alone",
    http: 400,
  },
  E_REGISTRY_MANIFEST_LARGE: {
    text: "the manifest has more than {max} bytes",
    hint: "no image needs that much",
    http: 413,
  },
  E_REGISTRY_QUARANTINED: {
    text: "{repository} {digest} is not given out: {reason}",
    hint: "ask those who run the gateway",
    http: 403,
  },
  E_REGISTRY_AWAY: {
    text: "the registry behind the gateway does not answer: {why}",
    hint: "try again later; if it lasts, tell those who run the gateway",
    http: 502,
  },
  E_REGISTRY_KEY: {
    text: "the key of the registry's tokens in {path} cannot be used: {why}",
    hint: "remove both files to have new ones made; the registry has to be started again then",
  },
  E_REGISTRY_EVENTS: {
    text: "the notification cannot be taken: {why}",
    hint: "check the registry's configuration: berth serve writes it beside the gateway's keys",
    http: 400,
  },
  E_REGISTRY_EVENTS_LOGIN: {
    text: "the notification does not carry the shared secret",
    hint: "check the registry's configuration: berth serve writes it beside the gateway's keys",
    http: 401,
  },
  E_REGISTRY_WHO: { text: "this needs a login", hint: "send a munge credential or a token", http: 401 },
  E_REGISTRY_RIGHT: { text: "{what} is for {whom}", hint: "ask one of them", http: 403 },
  E_REGISTRY_NAME: {
    text: "{name} cannot be the name of a {kind}: {why}",
    hint: "use lower-case letters and digits, with dots, dashes and underscores between them",
    http: 400,
  },
  E_REGISTRY_NO_TEAM: { text: "there is no team {name}", hint: "berth gateway team list shows them", http: 404 },
  E_REGISTRY_TEAM_IN_USE: {
    text: "the team {name} still owns {namespace}",
    hint: "give its namespaces to another team first",
    http: 409,
  },
  E_REGISTRY_NO_REPOSITORY: { text: "there is no repository {name}", hint: "check the spelling", http: 404 },
});
