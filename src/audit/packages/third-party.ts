// Whether a package of a distribution's package manager is the distribution's own. Advisories of the distribution speak of its
// own builds only: a vendor's package of the same name is something else.

import type { Distribution, Package } from "../types.ts";

/** How the vendor field of rpm begins in what a distribution builds. */
const RPM_VENDORS: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    rhel: ["Red Hat"],
    centos: ["CentOS", "Red Hat"],
    rocky: ["Rocky"],
    almalinux: ["AlmaLinux"],
    fedora: ["Fedora Project"],
    ol: ["Oracle America"],
    amzn: ["Amazon"],
    "opensuse-leap": ["openSUSE", "SUSE"],
    "opensuse-tumbleweed": ["openSUSE", "SUSE"],
    sles: ["SUSE"],
    azurelinux: ["Microsoft"],
    mariner: ["Microsoft"],
    photon: ["VMware", "Broadcom"],
    openeuler: ["http://openeuler.org"],
    mageia: ["Mageia"],
    scientific: ["Scientific Linux"],
  }),
);
/**
 * Maintainers of packages for Debian and Ubuntu that are neither's. Anybody may maintain a package of Debian under an address
 * of their own, so that only addresses count that (but for one package) nobody in Debian 12 has.
 */
const DEB_OTHERS =
  /@(?:[\w-]+\.)*(?:nvidia\.com|docker\.com|intel\.com|amd\.com|microsoft\.com|hashicorp\.com|postgresql\.org|nodesource\.(?:com|org)|mellanox\.com|elastic\.co|mongodb\.com|oracle\.com|cloud\.r-project\.org|anaconda\.com|grafana\.com|influxdata\.com|gitlab\.com|github\.com|kubernetes\.io)>?$|\b(?:cloud-sdk-eng@google\.com|chromium-dev@chromium\.org)>?$/i;
/** In versions, who built: `20.1-1nodesource1`; `1.2-1~deb12u1` is Debian's own. */
const DEB_REVISIONS = /nodesource|pgdg|~ppa|\+deb\.sury\.org/;

/** False when the package says that somebody else made it; a package that does not say is the distribution's. */
export function isOfDistribution(
  pkg: Pick<Package, "ecosystem" | "origin" | "version">,
  distribution: Distribution | undefined,
): boolean {
  const { ecosystem, origin, version } = pkg;
  if (ecosystem === "apk") return true;
  if (ecosystem === "deb") return !DEB_REVISIONS.test(version) && !(origin !== undefined && DEB_OTHERS.test(origin));
  if (ecosystem !== "rpm") return false;
  const vendors = distribution && RPM_VENDORS.get(distribution.id);
  return vendors === undefined || origin === undefined || vendors.some((vendor) => origin.startsWith(vendor));
}
