// What can go wrong while a stack is brought about on an engine: one table, each with what to do.

import { defineErrors } from "../../base/errors.ts";

/** Failures of drivers. */
export const fail = defineErrors({
  E_DRIVER_STEP: {
    text: "{action} {target} failed: {reason}",
    hint: "{cure}",
    http: 409,
  },
  E_DRIVER_FOREIGN: {
    text: "the {kind} {name} is on the engine already and is not this berth's",
    hint: "whoever made it may rename or remove it; or give the stack another name",
    http: 409,
  },
  E_DRIVER_LINK: {
    text: "{path} leads to {real} now, which is not what was allowed",
    hint: "deploy the stack again, and it is judged by where its paths lead",
    http: 409,
  },
  E_DRIVER_NO_IMAGE: {
    text: "the engine has no image {reference}, and it is not to be pulled",
    hint: "load or pull it there, or leave out `pull_policy: never`",
    http: 422,
  },
  E_DRIVER_NOT_HEALTHY: {
    text: "{container} is not healthy: {reason}",
    hint: "look at its logs; `healthcheck` says what is asked of it and how long it may take",
    http: 409,
  },
  E_DRIVER_CRASHED: {
    text: "{container} does not stay up: {reason}",
    hint: "look at its logs",
    http: 409,
  },
  E_DRIVER_JOB: {
    text: "the job {container} ended with exit code {code}",
    hint: "look at its logs; services that wait for it were not started",
    http: 409,
  },
  E_DRIVER_NO_PEER: {
    text: "{service} shares the network of {peer}, and no container of {peer} is there",
    hint: "start {peer} first",
    http: 409,
  },
  E_DRIVER_CYCLE: {
    text: "services wait for each other in a circle: {circle}",
    hint: "take one of these out of `depends_on`",
    http: 422,
  },
  E_DRIVER_NO_CONTAINER: {
    text: "there is no container {container}",
    http: 404,
  },
});
