// Where a converted Dockerfile gives another image than the original. Everything that is not listed here is equal; what is
// listed must differ, and the conversion's report must have said so.

/** A difference that the report announces. */
export interface Announced {
  /** Paths of the tree, or `run`, `arguments`, `environment`, `labels`. */
  readonly what: readonly string[];
  /** Words of a note that stands at a part which the report calls approximated or dropped. */
  readonly note: string;
}

/** A difference that comes from the form alone: every definition has it, whoever wrote it. */
export interface Inherent {
  readonly what: readonly string[];
  readonly why: string;
}

export type Difference = Announced | Inherent;

const NO_PROGRAM = "what an image without a program does is said by its runscript";

/** By the names of the table's rows. */
export const DIFFERENCES: Readonly<Record<string, readonly Difference[]>> = {
  "COPY: the content of a folder, with its links and modes": [
    { what: ["/d1/link", "/d2/link", "/d3/link", "/all/dir/link"], note: "%files copies what links name" },
    {
      what: ["/d1/broken", "/d2/broken", "/d3/broken", "/all/dir/broken"],
      note: "links that lead out of the context or nowhere are left out",
    },
  ],
  "ADD: local archives are unpacked, other files are not": [
    { what: ["/t/in/link", "/gz/in/link", "/two/in/link"], note: "tar of the image unpacks the archive" },
  ],
  "COPY --from a stage by name, by number, and an image": [
    { what: ["/nine"], note: "--chown needs commands, and the image may have none" },
  ],
  "CMD alone keeps the base's ENTRYPOINT": [
    { what: ["arguments"], note: "the base image's ENTRYPOINT, if it has one, is not run" },
  ],
  "ONBUILD of the base is carried out": [
    { what: ["/triggered", "/where", "environment"], note: "(ONBUILD) are not carried out" },
    { what: ["run"], why: NO_PROGRAM },
  ],
  "RUN --network=none": [{ what: ["/out"], note: "--network has no counterpart" }],
  MAINTAINER: [{ what: ["labels"], note: "becomes a label" }],
  "RUN sees a clean environment, stdin, folder and umask": [
    { what: ["/env"], why: "scripts of a definition are given LANG and the names of files for variables and labels" },
  ],
  "Docker's search path where the base has none": [{ what: ["run"], why: NO_PROGRAM }],
  "a base without a history": [{ what: ["run"], why: NO_PROGRAM }],
};

/** The same for definition files. */
export const DEFINITION_DIFFERENCES: typeof DIFFERENCES = {
  "an environment that is a program": [{ what: ["environment"], note: "docker exec does not see its variables" }],
  "what a script writes for the environment and the labels": [
    { what: ["environment"], note: "docker exec does not see it" },
    { what: ["labels"], note: "labels that a script writes" },
  ],
  apps: [
    {
      what: [
        ...["", "/01-base.sh", "/90-environment.sh"].map((name) => `/scif/apps/one/scif/env${name}`),
        "/scif/apps/one/scif/labels.json",
        "environment",
      ],
      note: "Docker has no apps",
    },
  ],
};

/** Rows that are not built, with the reason. */
export const LEFT_OUT: Readonly<Record<string, string>> = {
  "ADD of a URL": "it needs the network inside the image",
  "ADD --checksum and --chmod of a URL": "it needs the network inside the image",
  "--build-context gives files and images": "names that only the call explains",
};

/** Rows that must be refused, with words of the message. */
export const REFUSED: Readonly<Record<string, string>> = {
  "ONBUILD is kept, and inherited by nobody": "ONBUILD cannot be converted",
};
