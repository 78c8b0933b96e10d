// What else the gateway keeps: systems, people, quotas, events, what it collected.

import { Type } from "typebox";
import { count, list, named, numberOrNull, page, ref, seconds, text, textOrNull, word } from "./shared.ts";

export const System = named("System", "A machine whose images the gateway keeps.", {
  name: text("Its name."),
  platform: text("`linux/amd64`."),
  format: text("Format of its images."),
  default: Type.Boolean({ description: "Whether it is meant where none is named." }),
});

export const SystemList = named("SystemList", "The systems of the site.", { items: Type.Array(ref(System)) });

export const Person = named("Person", "Who the gateway takes you for.", {
  uid: Type.Integer(),
  gid: Type.Integer(),
  user: text("Name."),
  group: text("Name of the primary group."),
  via: word(["munge", "mock", "token", "registry", "session"], "How it knows."),
  scopes: Type.Optional(list(Type.String(), "What your token may be used for; absent: everything that you may.")),
  registries: list(Type.String(), "Locations for which you sent credentials."),
  groups: list(Type.Integer(), "Ids of all your groups."),
});

export const QuotaLimits = named("QuotaLimits", "What somebody may have.", {
  bytes: Type.Unsafe<number | null>({ type: ["integer", "null"], minimum: 0, description: "null: any number." }),
  images: Type.Unsafe<number | null>({ type: ["integer", "null"], minimum: 0, description: "null: any number." }),
});

export const QUOTA_KIND = word(["user", "group"], "Of whom.");

const QuotaSubject = named("QuotaSubject", "Whose quota.", {
  kind: QUOTA_KIND,
  number: Type.Integer({ description: "Id; -1: everybody without a quota of his own." }),
});

const QuotaUse = named("QuotaUse", "What somebody has.", { bytes: count("Bytes."), images: count("Images.") });

export const Quota = named("Quota", "What somebody may have, and has.", {
  subject: ref(QuotaSubject),
  limits: ref(QuotaLimits),
  used: ref(QuotaUse),
});

const Actor = named("Actor", "Who did it.", {
  uid: numberOrNull("Id; null: the gateway itself."),
  name: text("Name."),
});

export const Event = named("Event", "Something that happened.", {
  id: Type.Integer({ description: "Grows." }),
  at: seconds("When"),
  kind: text("`image.ready`, `pull.failed`, `acl.changed`, …"),
  system: textOrNull("The system."),
  imageId: textOrNull("The image."),
  itype: textOrNull("The image's type."),
  tag: textOrNull("The tag."),
  actor: ref(Actor),
  outcome: word(["done", "refused"], "What became of it."),
  detail: Type.Unsafe<Record<string, unknown>>({ type: "object", additionalProperties: true, description: "More." }),
});

export const EventPage = page("EventPage", ref(Event));

export const Collected = named("Collected", "What was removed, or would be.", {
  expired: list(Type.String(), "Ids of images."),
  orphanFiles: list(Type.String(), "Files of the image folder that no record names."),
  blobs: count("Blobs of the store that no image needs."),
  records: count("Records of images that were removed long ago."),
  bytes: count("Bytes that it frees."),
});

export const CollectWish = named("CollectWish", "Removes what nobody needs.", {
  dryRun: Type.Boolean({ description: "Only say what would be removed." }),
});

/** Every named schema that only others refer to. */
export const PARTS = [QuotaSubject, QuotaUse, Actor];
