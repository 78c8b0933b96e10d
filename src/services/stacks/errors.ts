// What is refused or goes wrong with stacks: one table, each with its HTTP status and what to do.

import { defineErrors } from "../../base/errors.ts";

/** Failures of the room of stacks. */
export const fail = defineErrors({
  E_STACK_NONE: { text: "there is no stack {stack}", hint: "`berth stack list` shows those there are", http: 404 },
  E_STACK_NO_SERVICE: { text: "the stack {stack} has no service {service}", hint: "it has {services}", http: 404 },
  E_STACK_NO_DEPLOYMENT: { text: "there is no deployment {id}", hint: "the stack's history shows them", http: 404 },
  E_STACK_NO_OPERATION: { text: "there is no operation {id}", http: 404 },
  E_STACK_BUSY: {
    text: "{stack} is busy: {kind} by {user} is under way since {since}",
    hint: "follow it, and try again when it is over",
    http: 409,
  },
  E_STACK_CHANGED: {
    text: "{stack} was changed by somebody else meanwhile",
    hint: "look at it, and try again",
    http: 409,
  },
  E_STACK_UNCONFIRMED: {
    text: "{stack} was upgraded, and nobody has confirmed it yet",
    hint: "confirm it, or roll it back; then go on",
    http: 409,
  },
  E_STACK_NOTHING_TO_CONFIRM: { text: "{stack} has no upgrade that waits to be confirmed", http: 409 },
  E_STACK_NO_WAY_BACK: {
    text: "{stack} has no earlier deployment to go back to",
    hint: "name one of its history that was good",
    http: 409,
  },
  E_STACK_NO_SERVICE_BEFORE: {
    text: "{stack} has no earlier deployment in which {service} was something else",
    hint: "name one of its history that had it",
    http: 409,
  },
  E_STACK_NOT_DEPLOYED: { text: "{stack} was never deployed to the end", hint: "deploy it first", http: 409 },
  E_STACK_REFUSED: {
    text: "{stack} may not be deployed as it is: {why}",
    hint: "put that right and deploy it",
    http: 422,
  },
  E_STACK_SCALE: {
    text: "{service} cannot have {containers} containers: {why}",
    hint: "give a whole number from 0 to {most}",
    http: 422,
  },
  E_STACK_ASLEEP: { text: "{service} of {stack} could not be woken: {reason}", hint: "{cure}", http: 503 },
  E_STACK_NOT_RUNNING: { text: "no container of {service} runs", hint: "start it first", http: 409 },
  E_STACK_CURSOR: {
    text: "the page that was asked for does not exist",
    hint: "begin again without `after`",
    http: 400,
  },
  E_STACK_CLOSING: { text: "the server is about to end", hint: "try again in a moment", http: 503 },
  E_STACK_ENGINE_AWAY: {
    text: "the container engine has not answered for {seconds} s",
    hint: "start the engine again; berth goes on where it was",
    http: 503,
  },
});
