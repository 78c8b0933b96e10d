// The failures of stored logins: their files, the programs that keep them, and logging in. No text repeats a secret.

import { defineErrors } from "../../base/errors.ts";

/** Failures about credentials on this machine. */
export const fail = defineErrors({
  E_AUTHFILE_READ: {
    text: "cannot read the credentials in {path}: {why}",
    hint: "check the name given with --authfile, and the file's owner and mode",
  },
  E_AUTHFILE_INVALID: {
    text: "the credential file {path} is malformed: {why}",
    hint: 'it is JSON like {"auths": {"host": {"auth": "base64 of name:password"}}}; berth registry login writes one',
  },
  E_LOGIN_URI: {
    text: '"{text}" names no registry: no transport given',
    hint: "write docker://HOST or oras://HOST",
  },
  E_LOGIN_USER: {
    text: "Docker/OCI registry requires a username",
    hint: "give one with --username; it may have no colon in it",
  },
  E_LOGIN_PASSWORD: {
    text: "no password given",
    hint: "type it at the prompt on a terminal, or hand it over with --password-stdin",
  },
  E_LOGIN_PASSWORD_FORM: {
    text: "the password cannot be used: {why}",
    hint: "hand over one line with --password-stdin",
  },
  E_PROMPT_TERMINAL: {
    text: "cannot ask for {what}: there is no terminal",
    hint: "use --username and --password-stdin",
  },
});
