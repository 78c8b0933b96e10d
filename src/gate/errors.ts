// What goes wrong with verdicts: making, signing, reading, keeping them.

import { defineErrors } from "../base/errors.ts";

export const fail = defineErrors({
  E_VERDICT_FORM: {
    text: "the verdict in {place} cannot be used: {why}",
    hint: "have the image judged again: berth gate judge IMAGE",
    exit: 2,
  },
  E_VERDICT_SIGNATURE: {
    text: "the verdict in {place} is not signed by the site",
    hint: "it was changed, or made with another key; have the image judged again, or check the keys of the site",
    exit: 2,
  },
  E_VERDICT_SUBJECT: {
    text: "the verdict in {place} is about {about}, not about {digest}",
    hint: "have this image judged: berth gate judge IMAGE",
    exit: 2,
  },
  E_VERDICT_WRITE: {
    text: "the verdict of {name} cannot be kept: {why}",
    hint: "see that the folder can be written and has room",
    exit: 3,
    http: 503,
  },
  E_DOSSIER: {
    text: "what was read of {digest} cannot be used: {why}",
    hint: "it is read again when the image is judged next",
    exit: 3,
  },
  E_GATE_WORDS: { text: "a judging process was told or answered what cannot be read: {why}", exit: 3 },
  E_GATE_JOB: {
    text: "the image could not be judged: {why}",
    hint: "try again; if it stays so, tell those who run the gateway",
    exit: 3,
    http: 503,
  },
  E_GATE_DAYS: { text: "{text} is no number of days", hint: "write a whole number such as 7", exit: 2 },
  E_LAUNCH_POLICY: {
    text: "{path}: {why}",
    hint: "those who look after this machine have to mend it; see docs/gate.md",
  },
  E_LAUNCH_PLACE: {
    text: "{image} may not run from here: images of this machine lie below {folders}",
    hint: "copy it there, or pull it with the site's gateway: berth gateway pull NAME",
  },
  E_LAUNCH_OWNER: {
    text: "{image} belongs to {owner}, and images below {folder} may belong to {owners} only",
    hint: "have it put there by them, or pull it with the site's gateway: berth gateway pull NAME",
  },
  E_LAUNCH_VERDICT: {
    text: "{image} may not run here: {why}",
    hint: "{hint}",
  },
});
