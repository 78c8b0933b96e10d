import { describe, expect, test } from "vitest";
import { parseImageUri } from "../../oci/uri.ts";
import { type Recording, recordBuild, stepsOf } from "./testing.ts";

const runs = (recording: Recording) =>
  stepsOf(recording).flatMap((step) => (step.kind === "run" ? [step.argv.at(-1)] : []));
const lines = ({ image }: Recording) => image.history.map(({ created_by }) => created_by);
const run = (recording: Recording, at = 0) => {
  const found = stepsOf(recording).filter((step) => step.kind === "run")[at];
  if (!found) throw new Error("no such step");
  return found;
};

describe("stages", () => {
  test("only those that the target needs are run", async () => {
    const text = "FROM a AS one\nRUN 1\nFROM a AS two\nRUN 2\nFROM a\nCOPY --from=one /x /x\nRUN 3\n";
    expect(runs(await recordBuild(text)).toSorted()).toEqual(["1", "3"]);
    expect(runs(await recordBuild(text, { target: "TWO" }))).toEqual(["2"]);
    expect(runs(await recordBuild(text, { target: "0" }))).toEqual(["1"]);
  });

  test("that do not need each other run side by side", async () => {
    const text = "FROM a AS one\nRUN 1\nFROM a AS two\nRUN 2\nFROM scratch\nCOPY --from=one /x /\nCOPY --from=1 /y /\n";
    let waiting = 0;
    let together = () => {};
    const both = new Promise<void>((resolve) => {
      together = resolve;
    });
    await recordBuild(
      text,
      {},
      {
        onStep: async (step) => {
          if (step.kind !== "run") return;
          waiting += 1;
          if (waiting === 2) together();
          await both;
        },
      },
    );
    expect(waiting).toBe(2);
  });

  test("a stage that several need is run once, and a mount needs it too", async () => {
    const text =
      "FROM a AS one\nRUN 1\nFROM one AS two\nRUN --mount=from=one,target=/m 2\nFROM two\nCOPY --from=one x y\n";
    const recording = await recordBuild(text);
    expect(runs(recording)).toEqual(["1", "2"]);
    expect(run(recording, 1).mounts).toMatchObject([{ kind: "bind", target: "/m", writable: false }]);
  });

  test.each([
    ["a circle", "FROM a AS x\nCOPY --from=y /1 /1\nFROM a AS y\nCOPY --from=x /1 /1\n", "E_STAGE_CYCLE"],
    ["itself", "FROM a AS x\nCOPY --from=x /1 /1\n", "E_STAGE_CYCLE"],
    ["a later stage", "FROM a AS x\nCOPY --from=y /1 /1\nFROM a AS y\nFROM x\n", "E_STAGE_LATER"],
    ["a number that is none", "FROM a\nCOPY --from=7 /1 /1\n", "E_STAGE_NUMBER"],
    ["a blank base", "ARG B\nFROM $B\n", "E_FROM_BLANK"],
    ["a base that is no name", "FROM UP/case\n", "E_FROM_NAME"],
    ["an empty platform", "FROM --platform=$NOPE a\n", "E_PLATFORM_BLANK"],
    ["a mistake of the parser", "FROM a\nRUM x\n", "E_DOCKERFILE_PROBLEM"],
    ["an open brace", "FROM a\nENV X=${a\n", "E_DOCKERFILE_WORD"],
  ])("%s is refused with its line", async (_, text, code) => {
    await expect(recordBuild(text)).rejects.toMatchObject({ code, message: expect.stringContaining("> ") });
  });

  test("all mistakes of a recipe are told at once", async () => {
    const failure = await recordBuild("FROM a\nRUM x\nCOPI y z\n").catch((error: Error) => error);
    expect(String(failure)).toMatch(/did you mean RUN.*> 2 \| RUM x.*did you mean COPY.*> 3 \| COPI/s);
  });

  test("an unknown target is refused with the names there are", async () => {
    const failure = { code: "E_STAGE_UNKNOWN", hint: expect.stringContaining("one, 1") };
    await expect(recordBuild("FROM a AS one\nFROM a\n", { target: "no" })).rejects.toMatchObject(failure);
  });

  test("after a failure nothing new begins", async () => {
    const text =
      "FROM a AS one\nRUN bad\nFROM a AS two\nRUN slow\nRUN never\nFROM scratch\nCOPY --from=one / /\nCOPY --from=two / /\n";
    const begun: string[] = [];
    const failed = recordBuild(
      text,
      {},
      {
        onStep: async (step) => {
          if (step.kind !== "run") return;
          begun.push(step.argv.at(-1) ?? "");
          if (step.argv.at(-1) === "bad") throw new Error("bad");
          await new Promise((resolve) => setImmediate(resolve));
        },
      },
    );
    await expect(failed).rejects.toThrow("bad");
    expect(begun).not.toContain("never");
  });
});

describe("arguments", () => {
  test("in front of the first FROM count for FROM, and for a stage that takes them over", async () => {
    const text = "ARG V=1\nARG W=w$V\nFROM img:$W\nARG W\nARG X=$W-$V\nRUN x\n";
    const recording = await recordBuild(text, { buildArgs: new Map([["V", "2"]]) });
    expect(recording.calls[0]).toMatchObject({ base: { source: { reference: { tag: "w2" } } } });
    expect(run(recording).env).toMatchObject({ W: "w2", X: "w2-" });
    expect(run(recording).env).not.toHaveProperty("V");
    expect(lines(recording)).toEqual(["ARG W=w2", "ARG X=w2-", "RUN |2 W=w2 X=w2- /bin/sh -c x # buildkit"]);
  });

  test("are inherited by the stages built on theirs, and are no part of the configuration", async () => {
    const recording = await recordBuild("FROM a AS one\nARG A=1\nFROM one\nRUN x\n");
    expect(run(recording).env).toMatchObject({ A: "1" });
    expect(recording.image.config.Env).toEqual([expect.stringContaining("PATH=")]);
  });

  test("the platform's are there once they are declared", async () => {
    const platform = { os: "linux", architecture: "arm", variant: "v7" };
    const recording = await recordBuild("FROM a AS z\nARG TARGETPLATFORM\nARG TARGETVARIANT\nARG TARGETSTAGE\nRUN x", {
      platform,
    });
    expect(run(recording).env).toMatchObject({ TARGETPLATFORM: "linux/arm/v7", TARGETVARIANT: "v7", TARGETSTAGE: "z" });
    expect(recording.image.platform).toEqual(platform);
  });

  test("proxies reach RUN undeclared, and no key", async () => {
    const recording = await recordBuild("FROM a\nRUN x\n", { buildArgs: new Map([["http_proxy", "p"]]) });
    expect(run(recording).env).toMatchObject({ http_proxy: "p", HTTP_PROXY: "p" });
    expect(run(recording).hidden?.toSorted()).toEqual(["HTTP_PROXY", "http_proxy"]);
    expect(recording.said).toEqual([]);
  });

  test("that nobody declares are told", async () => {
    const recording = await recordBuild("FROM a\n", { buildArgs: new Map([["TYPO", "1"]]) });
    expect(recording.said).toEqual([expect.stringContaining("TYPO")]);
  });

  test("ENV in one line uses the values from before it", async () => {
    const recording = await recordBuild("FROM a\nENV abc=hello\nENV abc=bye def=$abc\nENV ghi=$abc\n");
    expect(recording.image.config.Env?.slice(1)).toEqual(["abc=bye", "def=hello", "ghi=bye"]);
  });
});

describe("RUN", () => {
  const commandOf = async (text: string) => run(await recordBuild(`FROM a\n${text}`)).argv;

  test("takes exec form, shell form and the shell that SHELL names", async () => {
    expect(await commandOf('RUN ["a", "$b"]')).toEqual(["a", "$b"]);
    expect(await commandOf("RUN a $b")).toEqual(["/bin/sh", "-c", "a $b"]);
    expect(await commandOf('SHELL ["/bin/bash", "-ec"]\nRUN a')).toEqual(["/bin/bash", "-ec", "a"]);
  });

  test("a here-document alone is the script", async () => {
    expect(await commandOf("RUN <<EOF\na\nb\nEOF\n")).toEqual(["/bin/sh", "-c", "a\nb\n"]);
    expect(await commandOf("RUN <<-EOF\n\ta\n\tEOF\n")).toEqual(["/bin/sh", "-c", "a\n"]);
  });

  test("here-documents of a command are the shell's", async () => {
    const text = "RUN cat <<A <<B >x\n1\nA\n2\nB\n";
    expect(await commandOf(text)).toEqual(["/bin/sh", "-c", "cat <<A <<B >x\n1\nA\n2\nB"]);
  });

  test("a script with a shebang is mounted, as a file that decides the key", async () => {
    const recording = await recordBuild("FROM a\nRUN <<EOF\n#!/bin/awk -f\nx\nEOF\n");
    const [script, command] = stepsOf(recording);
    expect(script).toMatchObject({ kind: "copy", inline: [{ name: "EOF", mode: 0o755 }] });
    expect(command).toMatchObject({
      argv: ["/bin/sh", "-c", "/dev/pipes/EOF"],
      mounts: [{ kind: "bind", target: "/dev/pipes/EOF", writable: false }],
    });
    expect(recording.image.state.layers).toHaveLength(1);
  });

  test("a step that changes nothing is no layer in the history", async () => {
    const { image } = await recordBuild("FROM a\nRUN true\nRUN x\n");
    expect(image.history.map(({ empty_layer }) => empty_layer ?? false)).toEqual([true, false]);
  });

  test("network and mounts", async () => {
    const text = `FROM a
WORKDIR /w
RUN --network=none --mount=type=cache,target=c,uid=5 --mount=type=tmpfs,target=/t,size=1m --mount=target=/ctx,rw x
RUN y`;
    const recording = await recordBuild(text, { network: "host" });
    expect(run(recording)).toMatchObject({ network: "none", cwd: "/w" });
    expect(run(recording).mounts).toEqual([
      { kind: "cache", target: "/w/c", id: "c", sharing: "shared", readOnly: false, mode: 0o755, uid: 5, gid: 0 },
      { kind: "tmpfs", target: "/t", size: 1 << 20 },
      { kind: "bind", target: "/ctx", from: { kind: "context" }, path: "/", writable: true },
    ]);
    expect(run(recording, 1).network).toBe("host");
  });

  test.each([
    ["--security=insecure", "E_REFUSED"],
    ["--device=x", "E_REFUSED"],
    ["--network=moon", "E_VALUE"],
    ["--mount=type=bind,target=/", "E_VALUE"],
    ["--mount=type=bind", "E_DOCKERFILE_WORD"],
    ["--mount=type=secret,id=s,required", "E_SECRET_MISSING"],
    ["--mount=type=ssh,required", "E_SSH_MISSING"],
  ])("%s is refused", async (flag, code) => {
    await expect(recordBuild(`FROM a\nRUN ${flag} x\n`)).rejects.toMatchObject({ code });
  });

  test("a secret that is not needed and not given is left out; one that is given is hidden from keys", async () => {
    const text = "FROM a\nRUN --mount=type=secret,id=s --mount=type=secret,id=e,env=TOKEN --mount=type=ssh x\n";
    expect(run(await recordBuild(text)).mounts).toEqual([]);
    const secrets = new Map([
      ["s", { kind: "variable" as const, read: () => "one" }],
      ["e", { kind: "variable" as const, read: () => "two" }],
    ]);
    const recording = await recordBuild(text, { secrets, ssh: new Map([["default", "/agent"]]) });
    expect(run(recording).mounts).toMatchObject([
      { kind: "secret", target: "/run/secrets/s", mode: 0o400, content: Buffer.from("one") },
      { kind: "ssh", target: "/run/buildkit/ssh_agent.2", socket: "/agent", mode: 0o600 },
    ]);
    expect(run(recording).env).toMatchObject({ TOKEN: "two", SSH_AUTH_SOCK: "/run/buildkit/ssh_agent.2" });
    expect(run(recording).hidden?.toSorted()).toEqual(["SSH_AUTH_SOCK", "TOKEN"]);
    expect(JSON.stringify(recording.image.history)).not.toMatch(/one|two/);
  });
});

describe("COPY and ADD", () => {
  const stepsFor = async (text: string, job: Parameters<typeof recordBuild>[1] = {}) =>
    stepsOf(await recordBuild(`FROM a\n${text}`, job)).filter((step) => step.kind === "copy");

  test("paths of the destination are made absolute, and what says folder stays", async () => {
    const [one, two, three, four] = await stepsFor("WORKDIR /w\nCOPY a b\nCOPY a b/\nCOPY a .\nCOPY a /\n");
    expect([one, two, three, four].map((step) => step?.destination)).toEqual(["/w/b", "/w/b/", "/w/", "/"]);
  });

  test("flags and here-documents", async () => {
    const text = `ENV O=1:2 M=0700 N=name
COPY --chown=$O --chmod=$M --exclude=*.md --parents --link a/./b $N <<F <<'G' /d/
value $N "quoted"
F
raw $N
G
`;
    expect(await stepsFor(text)).toMatchObject([
      {
        from: { kind: "context" },
        sources: ["a/./b", "name"],
        ...{ owner: "1:2", mode: "0700", exclude: ["*.md"], parents: true, unpack: false },
        inline: [
          { name: "F", content: Buffer.from('value name "quoted"\n'), mode: 0o644 },
          { name: "G", content: Buffer.from("raw $N\n"), mode: 0o644 },
        ],
      },
    ]);
  });

  test("ADD unpacks what is local, and nothing that came from elsewhere unless asked", async () => {
    const [local, plain] = await stepsFor("ADD x.tar /\nADD --unpack=false x.tar /\n");
    expect([local?.unpack, plain?.unpack]).toEqual([true, false]);
    const [url, asked] = await stepsFor("ADD https://h/p/x.tar?a=b /\nADD --unpack https://h/x.tar /\n");
    expect(url).toMatchObject({ from: { kind: "folder", path: "/downloads" }, sources: ["/x.tar"], unpack: false });
    expect(asked?.unpack).toBe(true);
  });

  test("ADD takes git repositories, and a folder of one", async () => {
    const requests: object[] = [];
    const checkout = async (request: object) => {
      requests.push(request);
      return "/tree";
    };
    const sources = { checkout, download: () => Promise.reject(new Error("no")) };
    const [one] = await stepsFor("ADD --keep-git-dir=true https://h/r.git#main:sub/dir /d\n", { sources });
    expect(one).toMatchObject({ from: { path: "/tree" }, sources: ["/sub/dir"], destination: "/d", owner: "0:0" });
    expect(requests).toMatchObject([{ remote: "https://h/r.git", ref: "main", keepGitDir: true, submodules: true }]);
  });

  test("files come from stages, images and named contexts", async () => {
    const contexts = new Map([
      ["files", { kind: "folder" as const, path: "/ctx" }],
      ["img", { kind: "image" as const, source: parseImageUri("oci:/layout:x") }],
    ]);
    const recording = await recordBuild("FROM img\nCOPY --from=files ../../a /a\nCOPY --from=other:1 /b /b\n", {
      contexts,
    });
    const bases = recording.calls.flatMap((one) => (one.call === "from" ? [one.base] : []));
    expect(bases).toMatchObject([
      { source: { kind: "oci", path: "/layout" } },
      { source: { kind: "docker", reference: { repository: "library/other" } } },
    ]);
    expect(stepsOf(recording)).toMatchObject([
      { from: { kind: "folder", path: "/ctx" }, sources: ["../../a"] },
      { from: { kind: "state" }, sources: ["/b"] },
    ]);
  });

  test.each([
    ["COPY https://h/x /", "E_VALUE"],
    ["COPY git@h:x /", "E_VALUE"],
    ["COPY --chmod=999 x /", "E_VALUE"],
    ["COPY --chmod=u=y x /", "E_VALUE"],
    ["COPY --from=$X x /", "E_VALUE"],
    ["ADD --checksum=sha256:00 x /", "E_VALUE"],
    ["ADD --checksum=nonsense https://h/x /", "E_DOCKERFILE_WORD"],
    ["ADD https://h/r.git?x=y /", "E_DOCKERFILE_WORD"],
    ["ADD https://h/r.git#-uupload-pack=x /", "E_DOCKERFILE_WORD"],
  ])("%s is refused", async (text, code) => {
    await expect(recordBuild(`FROM a\n${text}\n`)).rejects.toMatchObject({ code });
  });

  test("a login in a URL does not reach the history", async () => {
    const { image } = await recordBuild("FROM a\nADD https://user:word@h/x /x\n");
    expect(image.history[0]?.created_by).toBe("ADD https://h/x /x # buildkit");
  });
});

describe("the configuration", () => {
  const OnBuild = ["ARG N=5", "RUN echo $N", "COPY --from=0 /x /y"];
  const base = {
    author: "somebody",
    config: {
      ...{ Env: ["A=b"], Cmd: ["c"], Entrypoint: ["e"], WorkingDir: "rel", OnBuild, Labels: { old: "1" } },
      Healthcheck: { Test: ["CMD", "x"], Interval: 5 },
    },
  };

  test("is the base's where nothing is said, with Docker's path", async () => {
    const { image } = await recordBuild(
      "FROM a AS z\nFROM b\n",
      {},
      { base: { ...base, config: { ...base.config, OnBuild: [] } } },
    );
    expect(image).toMatchObject({
      author: "somebody",
      config: {
        Env: ["A=b", expect.stringMatching(/^PATH=\/usr\/local\/sbin/)],
        ...{ Cmd: ["c"], Entrypoint: ["e"], WorkingDir: "/rel", Healthcheck: { Test: ["CMD", "x"], Interval: 5 } },
      },
      history: [],
    });
    expect(image.config.OnBuild).toBeUndefined();
  });

  test("triggers of the base are carried out first, and go", async () => {
    const recording = await recordBuild("FROM scratch AS z\nFROM b\nRUN own\n", {}, { base });
    expect(runs(recording)).toEqual(["echo $N", "own"]);
    expect(run(recording).env).toMatchObject({ N: "5" });
    expect(recording.image.config.OnBuild).toBeUndefined();
  });

  test("triggers of a stage are carried out by those built on it, and by those alone", async () => {
    const text = "FROM scratch AS z\nONBUILD RUN t\nONBUILD COPY <<E /e\nx\nE\nFROM z AS y\nFROM y\n";
    const recording = await recordBuild(text);
    expect(runs(recording)).toEqual(["t"]);
    const { image } = await recordBuild(text, { target: "z" });
    expect(image.config.OnBuild).toEqual(["RUN t", "COPY <<E /e\nx\nE"]);
    expect(image.history).toEqual([]);
  });

  test("a trigger that is no instruction is refused", async () => {
    const odd = { config: { OnBuild: ["RUM x"] } };
    await expect(recordBuild("FROM a\n", {}, { base: odd })).rejects.toMatchObject({ code: "E_ONBUILD" });
  });

  test("ENTRYPOINT takes the base's CMD away, but not the stage's own", async () => {
    const plain = { config: { ...base.config, OnBuild: [] } };
    const first = await recordBuild('FROM a\nENTRYPOINT ["x"]\n', {}, { base: plain });
    expect(first.image.config.Cmd).toBeUndefined();
    const second = await recordBuild('FROM a\nCMD y\nENTRYPOINT ["x"]\n', {}, { base: plain });
    expect(second.image.config).toMatchObject({ Cmd: ["/bin/sh", "-c", "y"], Entrypoint: ["x"] });
  });

  test("every setting, with its line of history", async () => {
    const recording = await recordBuild(
      `FROM scratch
MAINTAINER Some Body <a@b>
LABEL one=1 "two three"="4 5"
EXPOSE 80 53/UDP 8000-8002/tcp
VOLUME /a /b
VOLUME ["/d"]
USER 1:2
WORKDIR sub
WORKDIR ../x
STOPSIGNAL SIGRTMIN+3
SHELL ["/bin/bash", "-c"]
CMD ["a", "\\"q\\""]
HEALTHCHECK --interval=1m30s --timeout=500ms --retries=3 CMD true && x
`,
      { labels: new Map([["one", "9"]]) },
    );
    expect(recording.image.config).toEqual({
      Env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
      Labels: { one: "9", "two three": "4 5" },
      ExposedPorts: { "80/tcp": {}, "53/udp": {}, "8000/tcp": {}, "8001/tcp": {}, "8002/tcp": {} },
      Volumes: { "/a": {}, "/b": {}, "/d": {} },
      ...{ User: "1:2", WorkingDir: "/x", StopSignal: "SIGRTMIN+3", Shell: ["/bin/bash", "-c"], Cmd: ["a", '"q"'] },
      Healthcheck: { Test: ["CMD-SHELL", "true && x"], Interval: 90e9, Timeout: 5e8, Retries: 3 },
    });
    expect(recording.image.author).toBe("Some Body <a@b>");
    expect(lines(recording).slice(2)).toEqual([
      "EXPOSE [53/udp 80/tcp 8000/tcp 8001/tcp 8002/tcp]",
      "VOLUME [/a /b]",
      "VOLUME [/d]",
      "USER 1:2",
      "WORKDIR /sub",
      "WORKDIR /x",
      "STOPSIGNAL SIGRTMIN+3",
      "SHELL [/bin/bash -c]",
      'CMD ["a" "\\"q\\""]',
      "HEALTHCHECK {Test:[CMD-SHELL true && x] Interval:1m30s Timeout:500ms StartPeriod:0s StartInterval:0s Retries:3}",
    ]);
    expect(stepsOf(recording)).toEqual([
      { kind: "folder", path: "/sub", owner: "1:2" },
      { kind: "folder", path: "/x", owner: "1:2" },
    ]);
  });

  test.each([
    "EXPOSE 70000",
    "EXPOSE 80/icmp",
    "STOPSIGNAL SIGNOPE",
    "HEALTHCHECK --interval=1x CMD a",
    "HEALTHCHECK --retries=-1 CMD a",
  ])("%s is refused", async (text) => {
    await expect(recordBuild(`FROM a\n${text}\n`)).rejects.toMatchObject({ code: "E_VALUE" });
  });

  test("a foreign front end is said, docker's own is not", async () => {
    expect((await recordBuild("# syntax=docker/dockerfile:1\nFROM a\n")).said).toEqual([]);
    const { said } = await recordBuild("# syntax=other/frontend\nFROM a\n");
    expect(said).toEqual([expect.stringContaining("other/frontend")]);
  });
});
