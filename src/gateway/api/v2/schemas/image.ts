// Images, and what is said with a wish about one.

import { Type } from "typebox";
import type { Status } from "../../../types.ts";
import { count, line, list, named, page, ref, seconds, secondsOrNull, text, textOrNull, word } from "./shared.ts";

const STATUSES = [
  "INIT",
  "PENDING",
  "PULLING",
  "EXAMINATION",
  "CONVERSION",
  "TRANSFER",
  "HASHING",
  "READY",
  "FAILURE",
  "QUARANTINED",
  "EXPIRING",
  "EXPIRED",
] as const satisfies readonly Status[];

export const status = word(STATUSES, "Where it is in its life.");
export const SYSTEM = line(128, "A system of the site.");
export const ITYPE = line(64, "`docker`, or `custom` for imports.");
export const TAG = line(768, "The reference: `[location/]repository:tag` or `…@sha256:…`.");

export const Owner = named("Owner", "Whose it is.", {
  uid: Type.Integer(),
  gid: Type.Integer(),
  user: text("Name."),
});

const userIds = list(Type.Integer(), "Ids of the users who may read it besides the owner.");
const groupIds = list(Type.Integer(), "Ids of the groups that may read it.");
export const LISTS = { users: userIds, groups: groupIds };

const RESULTS = ["accepted", "warned", "refused", "unknown"] as const;
const SEVERITIES = ["error", "warning", "info", "style"] as const;
const CERTAINTIES = ["certain", "likely", "person", "unknown"] as const;

export const FindingWaiver = named("FindingWaiver", "Somebody allowed a finding.", {
  by: text("Who answers for it."),
  reason: text("Why."),
  until: secondsOrNull("When it ends; null: never"),
});

export const FindingCounts = named("FindingCounts", "How much was found.", {
  error: count("Errors."),
  warning: count("Warnings."),
  info: count("Remarks."),
  style: count("Remarks on style."),
  unknown: count("What could not be decided."),
  waived: count("What somebody allowed."),
});

export const VerdictRelease = named("VerdictRelease", "Staff let an image through.", {
  by: text("Who."),
  reason: text("Why."),
  at: seconds("When"),
});

export const ImageFinding = named("ImageFinding", "What a practice of the site says of an image.", {
  rule: text("Id of the practice: `SEC001`."),
  severity: word(SEVERITIES, "How much it weighs."),
  certainty: word(CERTAINTIES, "`unknown`: the facts to decide were not there."),
  message: text("What, and where."),
  hint: Type.Optional(text("What to do.")),
  waived: Type.Optional(ref(FindingWaiver)),
});

export const ImageVerdict = named("ImageVerdict", "What the site's rules and the advisories said of an image.", {
  result: word(RESULTS, "`refused` keeps it in quarantine where the site enforces its rules."),
  judgedAt: seconds("When it was judged"),
  profile: text("The rules it was judged by."),
  databaseDate: Type.Optional(text("Day of the advisories, ISO 8601; left out: nobody looked for known flaws.")),
  builtAt: Type.Optional(seconds("When the image was built, by its own account")),
  counts: ref(FindingCounts),
  findings: list(ref(ImageFinding), "The heaviest, at most ten."),
  release: Type.Optional(ref(VerdictRelease)),
});

export const Image = named("Image", "An image of a system.", {
  system: text("The system."),
  id: text("Name of its file without ending: the hex of the manifest's digest."),
  itype: text("`docker`, or `custom` for imports."),
  tags: list(Type.String(), "Every reference that leads to it now."),
  format: text("`squashfs`, `ext4` or `xfs`."),
  status,
  statusMessage: text("Why it is where it is."),
  private: Type.Boolean({ description: "Whether it can be seen only by those who may read it." }),
  owner: Type.Optional(ref(Owner)),
  ...LISTS,
  digest: text("The platform's manifest; of an import, the file."),
  source: text("Where it came from."),
  bytes: count("Size of the file."),
  arch: text("Architecture."),
  os: text("Operating system."),
  env: list(Type.String(), "`NAME=value`."),
  entry: Type.Unsafe<string[] | null>({
    type: ["array", "null"],
    items: { type: "string" },
    description: "ENTRYPOINT.",
  }),
  cmd: Type.Unsafe<string[] | null>({ type: ["array", "null"], items: { type: "string" }, description: "CMD." }),
  workdir: textOrNull("WORKDIR."),
  labels: Type.Record(Type.String(), Type.String(), { description: "LABEL." }),
  createdAt: seconds("When it came to the system"),
  lastPull: seconds("When the registry was last asked about it"),
  lastUse: secondsOrNull("When somebody last looked it up to run it"),
  expires: secondsOrNull("When it will be removed unless it is used"),
  verdict: Type.Optional(ref(ImageVerdict)),
});

export const ImagePage = page("ImagePage", ref(Image));

/** Somebody by name or by number. */
const whom = Type.Union([line(256, "A name."), Type.Integer({ minimum: 0, maximum: 0xfffffffe })]);

/** The lists as people write them; one that is left out stays as it is. */
export const WISHED_LISTS = {
  users: Type.Optional(Type.Array(whom, { maxItems: 4096, description: "Users by name or id." })),
  groups: Type.Optional(Type.Array(whom, { maxItems: 4096, description: "Groups by name or id." })),
};

export const AclChange = named("AclChange", "New lists of an image.", WISHED_LISTS);

export const ImageWish = {
  system: Type.Optional(SYSTEM),
  itype: Type.Optional(ITYPE),
  tag: TAG,
};

export const ReleaseWish = named("ReleaseWish", "Lets an image out of quarantine.", {
  ...ImageWish,
  reason: line(1024, "Why; goes into the audit."),
});

export const Pin = named("Pin", "Keeps an image for as long as somebody needs it.", {
  ...ImageWish,
  holder: line(128, "Who needs it: `job:123`."),
  until: Type.Optional(secondsOrNull("When it is over; null: when it is taken away")),
});

export const HeldImage = named("HeldImage", "An image and who holds it.", {
  system: text("The system."),
  imageId: text("Id of the image."),
  itype: text("`docker`, or `custom` for imports."),
  tags: list(Type.String(), "Its references, as far as you may know them."),
  holder: text("Who needs it: `job:123`."),
  uid: Type.Unsafe<number | null>({ type: ["integer", "null"], description: "Who set the pin." }),
  createdAt: seconds("When it was set"),
  until: secondsOrNull("When it is over; null: when it is taken away"),
});

export const PinPage = page("PinPage", ref(HeldImage));

export const TagMove = named("TagMove", "What a tag led to, from a moment on.", {
  at: seconds("When"),
  by: text("Who moved it."),
  imageId: textOrNull("The image from then on; null: none."),
  previousId: textOrNull("The image until then; null: none."),
});

export const TagHistory = named("TagHistory", "Where a tag has led, newest first.", {
  items: Type.Array(ref(TagMove)),
});
