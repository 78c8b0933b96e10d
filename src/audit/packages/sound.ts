// What readers found, made fit to be kept and shown: names and versions come from untrusted files, so that their length,
// number and characters are bounded here, once for all readers.

import type { Found, FoundPackage, LicenceOfPackage } from "./cataloguer.ts";

const MAX_PACKAGES = 100_000;
const MAX_OWNED = 400_000;
const MAX_NAME = 512;
const MAX_TEXT = 2048;
const MAX_GAPS = 20;

/** The same without what cannot be a package, which becomes a gap. */
export function soundOf(found: Found): Found {
  const gaps: string[] = [...(found.gaps ?? [])].slice(0, MAX_GAPS).map((why) => cleaned(why, MAX_TEXT));
  const all = found.packages ?? [];
  if (all.length > MAX_PACKAGES) gaps.push(`it tells of ${all.length} packages; the first ${MAX_PACKAGES} are taken`);
  const some = all.slice(0, MAX_PACKAGES);
  const packages = some.filter(isNamed).map(cleanedPackage);
  if (packages.length < some.length) gaps.push(`${some.length - packages.length} of its packages have no usable name`);
  let room = MAX_OWNED;
  const owned = (found.owned ?? []).flatMap((owner) => {
    const paths = owner.paths.slice(0, room);
    room -= paths.length;
    return paths.length === 0 ? [] : [{ ...owner, paths }];
  });
  return {
    ...(packages.length > 0 ? { packages } : {}),
    ...(owned.length > 0 ? { owned } : {}),
    ...(found.distribution ? { distribution: found.distribution } : {}),
    ...(found.licences?.length ? { licences: found.licences.map(cleanedLicence) } : {}),
    ...(found.prefix === undefined ? {} : { prefix: found.prefix }),
    ...(found.marks?.length ? { marks: found.marks } : {}),
    ...(gaps.length > 0 ? { gaps } : {}),
  };
}

function isNamed({ name, version }: FoundPackage): boolean {
  return name !== "" && name.length <= MAX_NAME && version.length <= MAX_NAME && !CONTROL.test(name + version);
}

const CONTROL = /[\x00-\x1f\x7f-\x9f\u2028\u2029]/;

function cleanedPackage(found: FoundPackage): FoundPackage {
  const { arch, source, origin, licence, qualifiers, within } = found;
  return {
    ...found,
    ...(arch === undefined ? {} : { arch: cleaned(arch, MAX_NAME) }),
    ...(origin === undefined ? {} : { origin: cleaned(origin, MAX_NAME) }),
    ...(licence === undefined ? {} : { licence: cleaned(licence, MAX_TEXT) }),
    ...(within === undefined ? {} : { within: cleaned(within, MAX_TEXT) }),
    ...(source ? { source: { name: cleaned(source.name, MAX_NAME), version: cleaned(source.version, MAX_NAME) } } : {}),
    ...(qualifiers
      ? {
          qualifiers: Object.fromEntries(
            Object.entries(qualifiers).map(([key, text]) => [key, cleaned(text, MAX_NAME)]),
          ),
        }
      : {}),
  };
}

function cleanedLicence(found: LicenceOfPackage): LicenceOfPackage {
  return { ...found, licence: cleaned(found.licence, MAX_TEXT) };
}

/** One line without control characters, of at most `max` characters. */
function cleaned(text: string, max: number): string {
  return text
    .slice(0, max)
    .replace(/[\x00-\x1f\x7f-\x9f\u2028\u2029\s]+/g, " ")
    .trim();
}
