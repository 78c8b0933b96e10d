// The Dockerfiles and the definition file that the build measures build, with the files they copy.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freshFolder, type Place } from "./place.ts";

/** How many RUN steps `stepsRecipe` has. */
export const STEPS = 10;

const FILES = 100;
const FILE_BYTES = 8192;

/** Twenty steps in two stages on a base, with a context of a hundred files. Gives the folder. */
export function twentySteps(place: Place, base: string): string {
  const folder = freshFolder(place, "twenty");
  const source = join(folder, "source");
  mkdirSync(source);
  for (let index = 0; index < FILES; index++) {
    writeFileSync(join(source, `file-${index}.txt`), `${index}\n`.padEnd(FILE_BYTES, "a line of a source file\n"));
  }
  writeFileSync(join(folder, "settings.conf"), "workers = 4\n");
  writeFileSync(
    join(folder, "Dockerfile"),
    `FROM ${base} AS tools
ENV MODE=release
WORKDIR /src
COPY source/ ./
RUN cat file-*.txt >all.txt
RUN wc -c all.txt >size.txt
COPY settings.conf ./
RUN sort all.txt >sorted.txt

FROM ${base}
LABEL org.opencontainers.image.title="bench"
LABEL org.opencontainers.image.version="1"
ENV APP_HOME=/opt/bench
ENV PATH=/opt/bench/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
WORKDIR /opt/bench
COPY --from=tools /src/sorted.txt /src/size.txt ./
COPY settings.conf /etc/bench.conf
RUN mkdir bin && echo 'exec cat /opt/bench/size.txt' >bin/bench && chmod 755 bin/bench
RUN bench >checked.txt
RUN echo data >/var/bench
EXPOSE 8080
STOPSIGNAL SIGINT
CMD ["bench"]
`,
  );
  return folder;
}

/** Ten RUN steps that write one small file each, none of which was ever done before. Gives the folder. */
export function newSteps(place: Place, base: string): string {
  const folder = freshFolder(place, "steps");
  const mark = `${process.pid}-${performance.now()}`;
  const lines = Array.from({ length: STEPS }, (_, index) => `RUN echo ${mark} >/var/step-${index}\n`);
  writeFileSync(join(folder, "Dockerfile"), `FROM ${base}\n${lines.join("")}`);
  return folder;
}

/** A definition file that adds about 100 MB to a base; its script was never run before. Gives the path. */
export function newDefinition(place: Place, registryHost: string): string {
  const path = join(freshFolder(place, "definition"), "bench.def");
  const mark = `${process.pid}-${performance.now()}`;
  writeFileSync(
    path,
    `Bootstrap: docker
From: ${registryHost}/science:latest

%post
    echo ${mark} >/opt/mark
    # As compressible as an environment with Python packages, and in no block equal to files of the base.
    tar -cf /opt/packages.tar -C /usr/lib/python3/dist-packages pandas numpy

%environment
    export BENCH=1

%runscript
    exec python3 "$@"
`,
  );
  return path;
}
