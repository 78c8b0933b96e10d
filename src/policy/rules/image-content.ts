// What an image weighs and how old it is: IMG-06, IMG-07.

import { formatSize } from "../../base/size.ts";
import { rule, unknown } from "../rule.ts";

export const IMAGE_SIZE = rule({
  id: "IMG-06",
  title: "An image is not larger than the site's limit",
  on: "image",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "{image} is {size}; the site's limit is {limit}",
  hint: "look for parts you do not need: package caches, compilers, data; build in several stages",
  why: "Large images take long to push and to start, and most of what makes them large is not needed.",
  source: "Spin: Choosing the best image source",
  check: ({ image, known, policy: { limits } }) => {
    if (known?.bytes === undefined) return unknown(`the size of ${image} was not looked up`);
    if (known.bytes <= limits.imageBytes) return undefined;
    return { fields: { image, size: formatSize(known.bytes), limit: formatSize(limits.imageBytes) } };
  },
  passes: [
    { shows: "800 MB", image: { bytes: 800e6 } },
    { shows: "exactly 5 GiB", image: { bytes: 5 * 1024 ** 3 } },
  ],
  fails: [
    { shows: "7 GB", image: { bytes: 7e9 }, expect: { says: "is 6.5 GiB" } },
    { shows: "not known", image: {}, expect: { certainty: "unknown" } },
    { shows: "image not found", image: null, expect: { certainty: "unknown" } },
  ],
});

export const IMAGE_AGE = rule({
  id: "IMG-07",
  title: "An image was built not too long ago",
  on: "image",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "{image} was built {date}; security updates may be missing",
  hint: "build it anew from an up-to-date base, or take a newer version",
  why: "What was repaired in its packages since then is not repaired in the image.",
  source: "Spin: Choosing the best image source",
  check: ({ image, known, facts, policy: { limits } }) => {
    if (known?.createdAt === undefined) return unknown(`nobody looked up when ${image} was built`);
    if (facts.now === undefined) return unknown("the time was not given");
    // Builds that are to be the same every time are dated 1970 or so: that says nothing.
    if (known.createdAt < YEAR_2000) return unknown(`${image} does not say when it was built`);
    if (facts.now - known.createdAt <= limits.imageAgeSeconds) return undefined;
    return { fields: { image, date: new Date(Math.min(known.createdAt, 8e12) * 1000).toISOString().slice(0, 10) } };
  },
  passes: [{ shows: "two months old", image: { createdAt: 1_795_000_000 }, facts: { now: 1_800_000_000 } }],
  fails: [
    {
      shows: "three years old",
      image: { createdAt: 1_700_000_000 },
      facts: { now: 1_800_000_000 },
      expect: { says: "was built 2023-11-14" },
    },
    { shows: "dated 1970", image: { createdAt: 0 }, expect: { certainty: "unknown" } },
    { shows: "not known", image: {}, expect: { certainty: "unknown" } },
  ],
});

const YEAR_2000 = 946_684_800;
