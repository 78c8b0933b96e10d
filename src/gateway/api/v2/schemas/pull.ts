// Pulls and imports: the wish, and how far it is.

import { Type } from "typebox";
import { Image, ImageWish, LISTS, Owner, status, WISHED_LISTS } from "./image.ts";
import { count, line, named, ref, seconds, secondsOrNull, text, textOrNull, word } from "./shared.ts";

export const Progress = named("Progress", "How far a pull is.", {
  done: count("Bytes fetched."),
  total: count("Bytes to fetch; 0: nobody knows yet."),
  rate: Type.Number({ minimum: 0, description: "Bytes per second over the last seconds." }),
});

export const ImportFile = named("ImportFile", "A file to import.", {
  path: line(4096, "As the gateway's machine sees it."),
  format: line(32, "`squashfs`, `sif`, `tar` or `oci`."),
});

export const Pull = named("Pull", "A wish for an image, from its first word to its end.", {
  id: text("Its id."),
  kind: word(["pull", "import"], "What kind of wish."),
  system: text("The system."),
  itype: text("`docker` or `custom`."),
  tag: text("The reference."),
  owner: Type.Optional(ref(Owner)),
  ...LISTS,
  status,
  statusMessage: text("What is being done, or why it failed."),
  progress: ref(Progress),
  position: count("Pulls that will be worked on before this one; 0: it is at work."),
  createdAt: seconds("When it was wished"),
  startedAt: secondsOrNull("When work began"),
  heartbeatAt: seconds("When a worker last said something about it"),
  finishedAt: secondsOrNull("When it ended"),
  importFrom: Type.Optional(ref(ImportFile)),
  imageId: textOrNull("The image that it ended in."),
  errorCode: textOrNull("Code of the failure."),
});

export const PullList = named("PullList", "Pulls that have not ended.", { items: Type.Array(ref(Pull)) });

export const PullWish = named("PullWish", "A wish for an image of a registry.", { ...ImageWish, ...WISHED_LISTS });

export const ImportWish = named("ImportWish", "A wish to make an image of a file.", {
  ...ImageWish,
  path: ImportFile.properties.path,
  format: ImportFile.properties.format,
  ...WISHED_LISTS,
});

export const PullAnswer = named("PullAnswer", "The image, if nothing has to be done; else the pull.", {
  image: Type.Optional(ref(Image)),
  pull: Type.Optional(ref(Pull)),
});
