// What a stack is called and says of itself: STK-05 to STK-08, SCM-01.

import { APP_FOLDER, bind, route } from "../example-parts.ts";
import { isLabel, labelOf } from "../names.ts";
import { rule, unknown } from "../rule.ts";
import { secretForm } from "../secret-words.ts";
import { tagOf } from "../tags.ts";

export const STACK_FQDN = rule({
  id: "STK-05",
  title: "A stack with a web route says its public name",
  on: "stack",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "Say the public name of {stack} with fqdn:",
  hint: "add the tag fqdn:{host}",
  why: "Staff find the stack behind an address, and people the address of a stack.",
  source: "Spin: Stack Tags",
  cases: { other: { message: "The tag fqdn:{fqdn} of {stack} is the host of none of its routes" } },
  check: ({ spec }) => {
    const hosts = spec.services.flatMap(({ routes }) =>
      routes.filter(({ protocol }) => protocol === "http").map(({ host }) => host),
    );
    const [host] = hosts;
    if (host === undefined) return undefined;
    const fqdn = tagOf(spec.tags, "fqdn");
    if (fqdn === undefined) return { fields: { host } };
    const named = fqdn.split(",").map((name) => name.trim().toLowerCase());
    return hosts.some((one) => named.includes(one.toLowerCase()))
      ? undefined
      : { case: "other", at: "/tags/fqdn", fields: { fqdn, host } };
  },
  passes: [
    {
      shows: "fqdn:foo.site.gov",
      stack: { tags: { fqdn: "foo.site.gov" } },
      service: { routes: [route({ host: "foo.site.gov" })] },
    },
    { shows: "no route", stack: { tags: {} }, service: { routes: [] } },
  ],
  fails: [
    {
      shows: "web route without",
      stack: { tags: {} },
      service: { routes: [route({ host: "foo.site.gov" })] },
      expect: { says: "fqdn:" },
    },
    {
      shows: "another name",
      stack: { tags: { fqdn: "bar.site.gov" } },
      service: { routes: [route()] },
      expect: { case: "other" },
    },
  ],
});

export const STACK_REQUIRES = rule({
  id: "STK-06",
  title: "A stack names the file systems it needs",
  on: "stack",
  severity: "warning",
  class: "optional",
  certainty: "certain",
  message: "The stack mounts {fs}; add requires:{fs}",
  hint: "add the tag requires:{fs}",
  why: "When a file system is down for maintenance, staff know which stacks stop.",
  source: "Spin: Stack Tags",
  cases: { unused: { severity: "info", message: "The stack requires {fs}, but mounts nothing of it" } },
  check: ({ spec, services, policy }) => {
    const named = (tagOf(spec.tags, "requires") ?? "").split(/[,\s]+/).filter((name) => name !== "");
    const mounted = new Set(
      services.flatMap(({ external }) =>
        external.map(({ root, storageClassName }) => root?.name ?? storageClassName ?? ""),
      ),
    );
    const known = new Set(policy.mounts.filter(({ external }) => external).map(({ name }) => name));
    return [
      ...[...mounted].filter((fs) => !named.includes(fs)).map((fs) => ({ fields: { fs } })),
      ...named
        .filter((fs) => known.has(fs) && !mounted.has(fs))
        .map((fs) => ({ case: "unused", at: "/tags/requires", fields: { fs } })),
    ];
  },
  passes: [
    {
      shows: "requires:gpfs and a mount of it",
      stack: { tags: { requires: "gpfs" } },
      service: { mounts: [bind(APP_FOLDER)] },
    },
    { shows: "requires: of something else", stack: { tags: { requires: "ldap" } } },
  ],
  fails: [
    {
      shows: "GPFS mount, no tag",
      stack: { tags: {} },
      service: { mounts: [bind(APP_FOLDER)] },
      expect: { says: "requires:gpfs" },
    },
    { shows: "tag, no mount", stack: { tags: { requires: "gpfs" } }, expect: { case: "unused", severity: "info" } },
  ],
});

export const STACK_NAME = rule({
  id: "STK-07",
  title: "A stack's name is a DNS label",
  on: "stack",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "{stack} cannot be part of a DNS name; use {suggestion}",
  hint: "name it {suggestion}, and keep the words for people as its title",
  why: "The name becomes part of host names, networks and secrets.",
  source: "Spin: Naming Convention for Stacks",
  check: ({ spec: { name } }) => (isLabel(name) ? undefined : { at: "/name", fields: { suggestion: labelOf(name) } }),
  passes: [{ shows: "rover-jprom", stack: { name: "rover-jprom" } }],
  fails: [
    { shows: "My Portal", stack: { name: "My Portal" }, expect: { says: "use my-portal" } },
    { shows: "my_portal", stack: { name: "my_portal" } },
    { shows: "2fast", stack: { name: "2fast" } },
    { shows: "rover-", stack: { name: "rover-" } },
    { shows: "a\\n b (control characters)", stack: { name: "a\n\u001b[2Jb" }, expect: { says: "\\u001b" } },
    { shows: "64 letters", stack: { name: "x".repeat(64) } },
    { shows: "empty", stack: { name: "" } },
  ],
});

export const COMPOSE_VERSION = rule({
  id: "STK-08",
  title: "The compose file is of a version that the site takes",
  on: "stack",
  severity: "info",
  class: "optional",
  certainty: "certain",
  message: "Compose version {version} is not among those of this site ({versions})",
  hint: "set version: '{first}', or leave the key out",
  why: "Rancher 1 read version 2 only; a site that still runs it wants files that both can read.",
  source: "Spin: Differences between Rancher and laptop Docker environment",
  check: ({ facts, policy: { composeVersions } }) => {
    if (composeVersions === undefined) return undefined;
    const { composeVersion: version } = facts;
    if (version === null) return undefined;
    if (version === undefined) return unknown("the version of the compose file was not given");
    const taken = composeVersions.some((one) => version === one || version.startsWith(`${one}.`));
    return taken ? undefined : { fields: { version, versions: composeVersions.join(", "), first: composeVersions[0] } };
  },
  passes: [
    { shows: "version: '2'", facts: { composeVersion: "2" }, policy: { composeVersions: ["2"] } },
    { shows: "2.4 where 2 is taken", facts: { composeVersion: "2.4" }, policy: { composeVersions: ["2"] } },
    { shows: "none", facts: { composeVersion: null }, policy: { composeVersions: ["2"] } },
    { shows: "all versions (as shipped)", facts: { composeVersion: "3.8" } },
  ],
  fails: [{ shows: "'3.8' on the old platform", facts: { composeVersion: "3.8" }, policy: { composeVersions: ["2"] } }],
});

export const UNDER_VERSION_CONTROL = rule({
  id: "SCM-01",
  title: "The stack's files are under version control",
  on: "stack",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "Say where the files of {stack} are kept",
  hint: "add x-berth: source: https://… of the repository with the Dockerfile and the compose file",
  why: "Who looks after the stack next finds out how it was made, and staff can help to move it.",
  source: "Spin: Version Control",
  cases: {
    secret: {
      severity: "error",
      message: "The address of the repository of {stack} has a password in it",
      hint: "remove it from the address and change it",
    },
  },
  check: ({ spec: { source } }) => {
    if (source === undefined || source.trim() === "") return {};
    return secretForm(source) === undefined ? undefined : { case: "secret", at: "/source" };
  },
  passes: [{ shows: "a link", stack: { source: "https://git.example.org/csg/rover" } }],
  fails: [
    { shows: "none", stack: { source: undefined } },
    {
      shows: "with a password",
      stack: { source: "https://fred:hunter2@git.example.org/rover" },
      expect: { case: "secret", severity: "error" },
    },
  ],
});
