// What can go wrong while a bill of materials is read.

import { defineErrors } from "../../base/errors.ts";

export const fail = defineErrors({
  E_SBOM_FORM: {
    text: "{name} is no bill of materials: it is neither CycloneDX nor SPDX in JSON",
    hint: "write it with berth sbom, or another tool with --format cyclonedx-json or spdx-json",
    exit: 2,
  },
  E_SBOM_SIZE: {
    text: "{name} is larger than any bill of materials of an image",
    hint: "bills of up to 256 MiB and 500,000 packages are read",
    exit: 2,
  },
});
