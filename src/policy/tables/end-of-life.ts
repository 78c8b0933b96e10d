// When distributions get their last security updates. Free long-term support counts as support, what costs money stands apart.
// Checked on 2026-11-23: Debian and Ubuntu by Debian's package distro-info-data and Canonical's word of fifteen bought years, the
// others by the projects' release pages as public tables of ends of life gather them. Days to come are what the projects intend.
// A site's own list counts before this one. Knows no image.

/** A release of a distribution. */
export interface Release {
  /** As tags and os-release have it: `12`, `22.04`, `3.19`, `stream9`. */
  readonly version: string;
  readonly codename?: string | undefined;
  /** `2026-08-31`; undefined: not foreseen. */
  readonly end: string | undefined;
  /** Until when updates can be bought. */
  readonly paid?: string | undefined;
}

/** Releases of the distributions that the policy knows, oldest first. */
export const END_OF_LIFE: ReadonlyMap<string, readonly Release[]> = new Map([
  [
    "debian",
    table(
      "6 squeeze 2016-02-29",
      "7 wheezy 2018-05-31 2020-06-30",
      "8 jessie 2020-06-30 2025-06-30",
      "9 stretch 2022-06-30 2027-06-30",
      "10 buster 2024-06-30 2029-06-30",
      "11 bullseye 2026-08-31 2031-06-30",
      "12 bookworm 2028-06-30 2033-06-30",
      "13 trixie 2030-06-30 2035-06-30",
    ),
  ],
  [
    "ubuntu",
    table(
      ...[
        "12.04 precise 2017-04-28 2019-04-26",
        "14.04 trusty 2019-04-25 2029-04-25",
        "16.04 xenial 2021-04-30 2031-04-30",
      ],
      ...[
        "17.04 zesty 2018-01-13",
        "17.10 artful 2018-07-19",
        "18.04 bionic 2023-05-31 2033-04-30",
        "18.10 cosmic 2019-07-18",
      ],
      ...[
        "19.04 disco 2020-01-23",
        "19.10 eoan 2020-07-17",
        "20.04 focal 2025-05-31 2035-04-30",
        "20.10 groovy 2021-07-22",
      ],
      ...["21.04 hirsute 2022-01-20", "21.10 impish 2022-07-14", "22.04 jammy 2027-06-01 2037-04-30"],
      ...[
        "22.10 kinetic 2023-07-20",
        "23.04 lunar 2024-01-25",
        "23.10 mantic 2024-07-11",
        "24.04 noble 2029-05-31 2039-04-30",
      ],
      ...[
        "24.10 oracular 2025-07-10",
        "25.04 plucky 2026-01-15",
        "25.10 questing 2026-07-09",
        "26.04 resolute 2031-05-29 2041-04-30",
      ],
    ),
  ],
  [
    "centos",
    table(
      ...["5 - 2017-03-31", "6 - 2020-11-30 2024-06-30", "7 - 2024-06-30 2028-06-30", "8 - 2021-12-31"],
      ...["stream8 - 2024-05-31", "stream9 - 2027-05-31", "stream10 - 2030-05-31"],
    ),
  ],
  [
    "fedora",
    table(
      ...[
        "24 - 2017-08-08",
        "25 - 2017-12-12",
        "26 - 2018-05-29",
        "27 - 2018-11-30",
        "28 - 2019-05-28",
        "29 - 2019-11-26",
      ],
      ...[
        "30 - 2020-05-26",
        "31 - 2020-11-24",
        "32 - 2021-05-25",
        "33 - 2021-11-30",
        "34 - 2022-06-07",
        "35 - 2022-12-13",
      ],
      ...[
        "36 - 2023-05-16",
        "37 - 2023-12-05",
        "38 - 2024-05-21",
        "39 - 2024-11-26",
        "40 - 2025-05-13",
        "41 - 2025-12-15",
      ],
      ...["42 - 2026-05-27", "43 - 2026-12-09", "44 - 2027-06-02"],
    ),
  ],
  ["rockylinux", table("8 - 2029-05-31", "9 - 2032-05-31", "10 - 2035-05-31")],
  ["almalinux", table("8 - 2029-05-31", "9 - 2032-05-31", "10 - 2035-05-31")],
  [
    "alpine",
    table(
      ...["3.1 - 2016-11-01", "3.2 - 2017-05-01", "3.3 - 2017-11-01", "3.4 - 2018-05-01", "3.5 - 2018-11-01"],
      ...["3.6 - 2019-05-01", "3.7 - 2019-11-01", "3.8 - 2020-05-01", "3.9 - 2020-11-01", "3.10 - 2021-05-01"],
      ...["3.11 - 2021-11-01", "3.12 - 2022-05-01", "3.13 - 2022-11-01", "3.14 - 2023-05-01", "3.15 - 2023-11-01"],
      ...["3.16 - 2024-05-23", "3.17 - 2024-11-22", "3.18 - 2025-05-09", "3.19 - 2025-11-01", "3.20 - 2026-04-01"],
      ...["3.21 - 2026-11-01", "3.22 - 2027-05-01", "3.23 - 2027-11-01", "3.24 - 2028-06-01"],
    ),
  ],
  [
    "opensuse",
    table(
      ...["42.1 - 2017-05-17", "42.2 - 2018-01-26", "42.3 - 2019-07-01", "15.0 - 2019-12-03", "15.1 - 2021-02-02"],
      ...["15.2 - 2022-01-04", "15.3 - 2022-12-31", "15.4 - 2023-12-07", "15.5 - 2024-12-31", "15.6 - 2026-04-30"],
      ...["16.0 - 2027-10-31"],
    ),
  ],
]);

// `VERSION CODENAME END [PAID]`; a dash is no codename.
function table(...lines: readonly string[]): readonly Release[] {
  return lines.map((line) => {
    const [version = "", codename, end, paid] = line.split(" ");
    return { version, codename: codename === "-" ? undefined : codename, end, paid };
  });
}
