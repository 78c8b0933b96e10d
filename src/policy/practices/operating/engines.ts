// Engines where they do not belong: on hosts of people, and inside of images (DAE001, DAE003).

import { packageCommand } from "../../commands/package-commands.ts";
import { fitsAny } from "../../glob.ts";
import { practice } from "../../practice.ts";
import type { HostSubject, RecipeSubject } from "../../practice-subjects.ts";
import { type Hit, unknown } from "../../rule.ts";
import { allSteps, commandsIn } from "../recipe-parts.ts";

const LOGIN = { kind: "docker", hostNames: ["login3.cluster.example", "login3"] } as const;
const SAID = { userFacingHosts: ["login*"] };

export const NO_ENGINE_FOR_USERS = practice({
  id: "DAE001",
  title: "No Docker engine runs where people sign in",
  severity: "error",
  class: "required",
  certainty: "certain",
  message: "a Docker engine runs on {host}, where people sign in",
  hint: "stop it and ask {contact} for a service machine; people run images with berth",
  why: "Whoever may use a root engine is root on the machine.",
  source: "N4.3",
  peers: [],
  controls: ["NIST 800-190 4.5.2"],
  checks: { host: amongUsers },
  passes: [
    { shows: "none", host: true, policy: SAID, facts: { engine: { ...LOGIN, kind: undefined } } },
    { shows: "Podman", host: true, policy: SAID, facts: { engine: { ...LOGIN, kind: "podman" } } },
    { shows: "on a service machine", host: true, policy: SAID, facts: { engine: { ...LOGIN, hostNames: ["svc1"] } } },
  ],
  fails: [
    {
      shows: "on a login node",
      host: true,
      policy: SAID,
      facts: { engine: LOGIN },
      expect: { says: "runs on login3.cluster.example" },
    },
    {
      shows: "nobody said where people sign in",
      host: true,
      facts: { engine: LOGIN },
      expect: { certainty: "unknown", says: "userFacingHosts" },
    },
    { shows: "nobody looked", host: true, policy: SAID, expect: { certainty: "unknown" } },
  ],
});

function amongUsers({ facts: { engine }, tables: { userFacingHosts, contact } }: HostSubject): Hit | undefined {
  if (!engine) return unknown("whether an engine runs here");
  if (engine.kind !== "docker") return undefined;
  const [host] = engine.hostNames;
  if (userFacingHosts?.length === 0) return undefined;
  if (!userFacingHosts || host === undefined)
    return unknown("whether people sign in here (the policy names no userFacingHosts)");
  if (!engine.hostNames.some((name) => fitsAny(userFacingHosts, name))) return undefined;
  return { fields: { host, contact: contact ?? "staff" } };
}

const ENGINES =
  /^(docker-ce|docker-ce-cli|docker\.io|docker-engine|dockerd|moby-engine|containerd\.io|docker|docker-cli)$/;

export const NO_ENGINE_INSIDE = practice({
  id: "DAE003",
  title: "No container engine inside of an image",
  severity: "warning",
  class: "recommended",
  certainty: "certain",
  message: "{what} is a container engine inside of the image",
  hint: "leave it out; start containers from outside, through the site's services",
  why: "It works only privileged or with the host's socket, and both give the host away.",
  source: "N4.3",
  peers: [],
  checks: { recipe: enginesIn },
  passes: [
    {
      shows: "a client for registries",
      dockerfile: "FROM debian:13.1\nRUN apt-get update && apt-get install -y skopeo\n",
    },
    {
      shows: "a name that only begins like it",
      dockerfile: "FROM debian:13.1\nRUN apt-get install -y dockerfile-mode\n",
    },
  ],
  fails: [
    {
      shows: "docker-ce",
      dockerfile: "FROM debian:13.1\nRUN apt-get install -y curl docker-ce\n",
      expect: { line: 2, says: "docker-ce" },
    },
    { shows: "docker in docker", dockerfile: "FROM docker:27.3-dind\n", expect: { line: 1, says: "docker:27.3-dind" } },
    { shows: "in %post", definition: "Bootstrap: docker\nFrom: rockylinux:9\n\n%post\n    dnf -y install docker-ce\n" },
  ],
});

function enginesIn({ recipe }: RecipeSubject): readonly Hit[] {
  const bases = recipe.stages.flatMap(({ base: { name, text, range } }) => {
    const dind = name?.base === "docker" && /(^|-)dind/.test(name.tag ?? "");
    return dind ? [{ fields: { what: text }, range }] : [];
  });
  const installed = commandsIn(allSteps(recipe)).flatMap(({ command }) => {
    const call = packageCommand(command);
    if (call?.action !== "install") return [];
    return call.packages
      .filter(({ name }) => ENGINES.test(name))
      .slice(0, 1)
      .map(({ name, range }) => ({ fields: { what: name }, range }));
  });
  return [...bases, ...installed];
}
