// Packages of the base are brought up to date: PKG001.

import { insertBefore, insertBehind } from "../../commands/edits.ts";
import { installsSystem, isApt, isYum } from "../../commands/package-commands.ts";
import { practice } from "../../practice.ts";
import type { Fix } from "../../types.ts";
import { finalSteps } from "../recipe-parts.ts";
import { callsIn, debian, isWritten, type PlacedCall, post } from "./calls.ts";

export const UPGRADE = practice({
  id: "PKG001",
  title: "Packages of the base are updated before others are installed",
  severity: "warning",
  class: "required",
  certainty: "certain",
  message: "{manager} installs packages, but nothing updates those of the base",
  hint: "update first: {command}",
  why: "A base image is rebuilt once a month at best; what was mended since then is only in the image when its build asks for it.",
  source: "N2.5",
  peers: [],
  controls: ["NIST 800-190 3.1.1"],
  fix: "safe",
  cases: {
    late: {
      message: "{manager} installs packages before those of the base are updated",
      hint: "move {command} in front",
    },
  },
  checks: {
    recipe: ({ recipe, policy }) => {
      const calls = callsIn(finalSteps(recipe), "build");
      const first = calls.findIndex(({ call }) => installsSystem(call));
      const upgrade = calls.findIndex(({ call }) => call.upgrades && call.packages.length === 0);
      const placed = calls[first];
      if (!placed) return undefined;
      const { manager } = placed.call;
      const hit = { fields: { manager, command: commandOf(placed) }, range: placed.call.command.range };
      if (upgrade < 0) return { ...hit, fix: isWritten(recipe, placed) ? fixOf(placed, calls) : undefined };
      return policy.profile === "nccs" && upgrade > first ? { ...hit, case: "late" } : undefined;
    },
  },
  passes: [
    {
      shows: "update, upgrade, install",
      dockerfile: debian("RUN apt-get update && apt-get -y upgrade && apt-get install -y curl"),
    },
    { shows: "in another RUN", dockerfile: "FROM rockylinux:9\nRUN dnf -y update\nRUN dnf -y install gcc\n" },
    {
      shows: "in the stage below",
      dockerfile: "FROM alpine:3.22 AS base\nRUN apk upgrade\nFROM base\nRUN apk add git\n",
    },
    { shows: "nothing is installed", dockerfile: debian("RUN echo apt-get install") },
    { shows: "only another stage installs", dockerfile: `${debian("RUN apt-get install -y gcc")}FROM debian:13.1\n` },
    { shows: "%post", definition: post("apt-get update; apt-get -y upgrade", "apt-get install -y curl") },
  ],
  fails: [
    {
      shows: "install only",
      dockerfile: debian("RUN apt-get update && apt-get install -y curl"),
      expect: { fixed: debian("RUN apt-get update && apt-get -y upgrade && apt-get install -y curl") },
    },
    {
      shows: "dnf",
      dockerfile: "FROM rockylinux:9\nRUN dnf -y install gcc\n",
      expect: { fixed: "FROM rockylinux:9\nRUN dnf -y update && dnf -y install gcc\n" },
    },
    { shows: "%post", definition: post("apk add --no-cache git") },
    {
      shows: "one package is updated",
      dockerfile: "FROM rockylinux:9\nRUN yum -y update bash && yum -y install gcc\n",
    },
    {
      shows: "NCCS wants it first",
      profile: "nccs",
      dockerfile: debian("RUN apt-get update && apt-get install -y curl && apt-get -y upgrade"),
      expect: { case: "late" },
    },
  ],
});

function commandOf({ call }: PlacedCall): string {
  if (isApt(call)) return "apt-get update && apt-get -y upgrade";
  if (isYum(call)) return `${call.manager} -y update`;
  if (call.manager === "apk") return "apk upgrade --no-cache";
  return call.manager === "zypper" ? "zypper -n update" : "pacman -Syu --noconfirm";
}

// Behind the refresh that is there, or in front of the install where the manager refreshes by itself.
function fixOf(placed: PlacedCall, calls: readonly PlacedCall[]): Fix | undefined {
  const { call, command, step } = placed;
  const sudo = command.wrappers.length === 0 ? "" : undefined;
  if (sudo === undefined || command.condition || command.pipe.length > 1 || command.conditional) return undefined;
  const title = "update the packages of the base first";
  if (isApt(call)) {
    const before = calls.slice(0, calls.indexOf(placed));
    const refresh = before.findLast(
      (other) => other.step === step && isApt(other.call) && other.call.action === "refresh",
    );
    if (refresh?.command.operatorAfter !== "&&") return undefined;
    return { title, safe: true, edits: [insertBehind(refresh.command.range, " && apt-get -y upgrade")] };
  }
  if (!["", "&&", "\n"].includes(command.operatorBefore)) return undefined;
  const line = step.section && command.operatorBefore !== "&&" ? "\n    " : " && ";
  return { title, safe: true, edits: [insertBefore(command.range, `${commandOf(placed)}${line}`)] };
}
