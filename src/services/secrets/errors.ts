// What goes wrong with secrets. Nothing here ever holds a value.

import { defineErrors } from "../../base/errors.ts";

export const fail = defineErrors({
  E_SECRET_KEY: {
    text: "the key file {path} cannot be used: {why}",
    hint: "every line must be an id and a key as `berth serve` writes them; the file must belong to the server's account and be readable by nobody else (chmod 600)",
  },
  E_SECRET_BROKEN: {
    text: "the secret {name} cannot be opened with the keys of this server",
    hint: "give all servers of the site the same key file, or enter the secret again: berth secret rotate {name}",
    http: 500,
  },
  E_SECRET_EXISTS: {
    text: "there is a secret {name} already",
    hint: "give it another value with: berth secret rotate {name}",
    http: 409,
    exit: 1,
  },
  E_SECRET_NONE: {
    text: "there is no secret {name}",
    hint: "see: berth secret list; make it with: berth secret create {name}",
    http: 404,
    exit: 1,
  },
  E_SECRET_SIZE: {
    text: "the secret {name} has {bytes} bytes; at most {limit} are kept",
    hint: "keep large files on a volume, and what opens them in a secret",
    http: 413,
    exit: 1,
  },
  E_SECRET_EMPTY: {
    text: "the secret {name} would be empty",
    hint: "was the file or the pipe empty?",
    http: 400,
    exit: 1,
  },
  E_SECRET_USED: {
    text: "the secret {name} is used by {users}",
    hint: "remove it from those services first",
    http: 409,
    exit: 1,
  },
});
