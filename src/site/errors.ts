// The failures of reading a site's configuration.

import { defineErrors } from "../base/errors.ts";

export const fail = defineErrors({
  E_SITE_CONFIG: {
    text: "the configuration cannot be used\n{problems}",
    hint: "mend {file}; nothing has been started",
  },
  E_SITE_READ: { text: "cannot read the configuration {file}: {why}", hint: "name an existing file: {advice}" },
  E_SITE_SIZE: { text: "the configuration {file} is larger than {limit} bytes", hint: "is it the right file?" },
  E_SITE_NO_GATEWAY: {
    text: "{file} has neither a section gateway nor a section services",
    hint: "add gateway: with at least one system, or services:, or translate an imagemanager.json by berth gateway migrate-config",
  },
});
