// The failures of linting. A finding is no failure: these are mistakes of the call, of a configuration, or of the machine.

import { defineErrors } from "../base/errors.ts";

export const fail = defineErrors({
  E_LINT_READ: {
    text: "cannot read {path}: {why}",
    hint: "name files or folders that exist and that you may read",
    exit: 2,
  },
  E_LINT_SIZE: { text: "{path} is larger than {limit} bytes", hint: "is it the right file?", exit: 2 },
  E_LINT_KIND: {
    text: "{path} is neither a Dockerfile, a definition file, a compose file nor a script",
    hint: "say what it is by --kind dockerfile, definition, compose or script",
    exit: 2,
  },
  E_LINT_NOTHING: {
    text: "nothing to check: no file was named, and none is known by its name in {where}",
    hint: "name a file, or give one by --stdin",
    exit: 2,
  },
  E_LINT_VALUE: { text: "--{flag} cannot be {value}", hint: "{hint}", exit: 2 },
  E_LINT_RULE: { text: "there is no rule {rule}", hint: "{hint}", exit: 2 },
  E_LINT_PROFILE: { text: "there is no profile {profile}", hint: "known: {known}", exit: 2 },
  E_LINT_CONFIG: {
    text: "the configuration cannot be used\n{problems}",
    hint: "mend {file}; nothing was checked",
    exit: 2,
  },
  E_LINT_FINAL: {
    text: "the profile is {profile}, by {file}, which is final",
    hint: "leave --profile out",
    exit: 2,
  },
  E_LINT_WRITE: {
    text: "cannot write {path}: {why}",
    hint: "check the folder, its permissions and its free space",
    exit: 3,
  },
  E_LINT_ENGINE: { text: "{engine} did not work: {why}", hint: "{hint}", exit: 3 },
});
