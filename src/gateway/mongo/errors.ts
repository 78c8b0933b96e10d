// Why a dump of Shifter's database cannot be read.

import { defineErrors } from "../../base/errors.ts";

export const fail = defineErrors({
  E_MONGO_READ: {
    text: "cannot read the dump {path}: {why}",
    hint: "name a file or folder of mongodump or mongoexport",
    exit: 1,
  },
  E_MONGO_NONE: {
    text: "{path} holds neither images nor metrics",
    hint: "name the folder that mongodump wrote, or a file images.bson or images.json",
    exit: 1,
  },
  E_MONGO_BSON: { text: "{path} is damaged at byte {at}: {why}", hint: "dump it again", exit: 1 },
  E_MONGO_JSON: { text: "{path} line {line} is no JSON: {why}", hint: "export it again by mongoexport", exit: 1 },
  E_MONGO_LONG: {
    text: "{path} has a document of more than {limit} bytes",
    hint: "is it a dump of Shifter's?",
    exit: 1,
  },
});
