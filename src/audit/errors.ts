// What can go wrong when an image is looked through. What is wrong with archives, layers and image files is said by the
// rooms that read them.

import { defineErrors } from "../base/errors.ts";

export const fail = defineErrors({
  E_AUDIT_LIMIT: {
    text: "{layer}: {reason}",
    hint: "no good tool makes such images; do not trust this one",
    http: 400,
  },
  E_AUDIT_SOURCE: {
    text: "{name} is {what}, which cannot be looked through",
    hint: "name an image: docker://…, oci:…, an archive, or a SIF file",
    http: 400,
  },
  E_AUDIT_CHANGED: {
    text: "{path} was changed while it was read",
    hint: "wait until it is complete, and try again",
  },
  E_AUDIT_BASE: {
    text: "{path} does not tell the layers of base images: {reason}",
    hint: 'write {"NAME": ["sha256:…", …]}: the diff ids of each base, lowest first',
    exit: 2,
  },
});
