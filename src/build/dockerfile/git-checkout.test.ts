import { execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkout } from "./git-checkout.ts";
import type { GitRequest } from "./remote-sources.ts";

const hasGit = (() => {
  try {
    return execFileSync("git", ["http-backend"], { stdio: ["ignore", "ignore", "ignore"] }) !== undefined;
  } catch (error) {
    // Without a request it answers with a failure of its own, which shows that it is there.
    return (error as { code?: string }).code !== "ENOENT";
  }
})();

describe.skipIf(!hasGit)(`a git repository${hasGit ? "" : " [needs git]"}`, () => {
  let dir: string;
  let commits: string[] = [];
  const server = createServer((request, response) => {
    const [path = "", query = ""] = (request.url ?? "").split("?");
    const child = spawn("git", ["http-backend"], {
      env: {
        PATH: process.env["PATH"],
        ...{ GIT_PROJECT_ROOT: dir, GIT_HTTP_EXPORT_ALL: "1", PATH_INFO: path, QUERY_STRING: query },
        ...{ REQUEST_METHOD: request.method, CONTENT_TYPE: request.headers["content-type"] ?? "" },
        ...{ HTTP_CONTENT_ENCODING: request.headers["content-encoding"] ?? "" },
        ...{ GIT_PROTOCOL: String(request.headers["git-protocol"] ?? ""), REMOTE_ADDR: "127.0.0.1" },
        ...{ GIT_CONFIG_COUNT: "1", GIT_CONFIG_KEY_0: "safe.directory", GIT_CONFIG_VALUE_0: "*" },
      },
    });
    request.pipe(child.stdin);
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.once("close", () => {
      const answer = Buffer.concat(chunks);
      const end = answer.indexOf("\r\n\r\n");
      const headers = answer
        .subarray(0, end)
        .toString()
        .split("\r\n")
        .map((line) => line.split(": "));
      const status = headers.find(([name]) => name === "Status")?.[1];
      for (const [name = "", value = ""] of headers) if (name !== "Status") response.setHeader(name, value);
      response.writeHead(status ? Number.parseInt(status, 10) : 200).end(answer.subarray(end + 4));
    });
  });

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), "berth-git-"));
    const source = join(dir, "r.git");
    const git = (...args: string[]) =>
      execFileSync("git", ["-C", source, "-c", "user.name=t", "-c", "user.email=t@t", ...args], {
        encoding: "utf8",
      }).trim();
    execFileSync("git", ["init", "-q", "-b", "main", source]);
    writeFileSync(join(source, "f"), "one\n");
    writeFileSync(join(source, "x"), "#!/bin/sh\n");
    chmodSync(join(source, "x"), 0o755);
    git("add", ".");
    git("commit", "-qm", "one");
    git("tag", "-a", "-m", "v1", "v1");
    writeFileSync(join(source, "f"), "two\n");
    git("commit", "-qam", "two");
    git("branch", "v1-branch", "HEAD~1");
    commits = [git("rev-parse", "HEAD~1"), git("rev-parse", "HEAD")];
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterAll(() => {
    server.close();
    rmSync(dir, { recursive: true, force: true });
  });

  const take = (more: Partial<GitRequest> & { readonly repository?: string } = {}) => {
    const { repository = "r.git/.git", ...rest } = more;
    return checkout(
      {
        remote: `http://user:word@127.0.0.1:${(server.address() as AddressInfo).port}/${repository}`,
        ...{ ref: undefined, checksum: undefined, keepGitDir: false, submodules: true },
        ...{ signal: new AbortController().signal, ...rest },
      },
      { folder: join(dir, "cache"), env: { PATH: process.env["PATH"], HOME: dir } },
    );
  };
  const content = (tree: string) => readFileSync(join(tree, "f"), "utf8");

  test("is its default branch, without git's own files, with the usual modes", async () => {
    const tree = await take();
    expect(content(tree)).toBe("two\n");
    expect(readdirSync(tree).toSorted()).toEqual(["f", "x"]);
    expect(["", "f", "x"].map((name) => statSync(join(tree, name)).mode & 0o777)).toEqual([0o755, 0o644, 0o755]);
    expect(await take()).toBe(tree);
  });

  test("can be asked for by tag, branch, reference and commit", async () => {
    for (const ref of ["v1", "refs/tags/v1", "v1-branch", "refs/heads/v1-branch", commits[0] ?? ""]) {
      expect(content(await take({ ref }))).toBe("one\n");
    }
  });

  test("must be at the commit of the checksum", async () => {
    expect(content(await take({ ref: "main", checksum: commits[1]?.slice(0, 10) ?? "" }))).toBe("two\n");
    const failure = { code: "E_ADD_GIT", message: expect.stringContaining(commits[1] ?? "") };
    await expect(take({ ref: "main", checksum: commits[0] ?? "" })).rejects.toMatchObject(failure);
    await expect(take({ checksum: "HEAD" })).rejects.toMatchObject({ code: "E_ADD_GIT" });
  });

  test("keeps git's files when asked, without the login", async () => {
    const tree = await take({ keepGitDir: true });
    const files = readdirSync(tree, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
    expect(files.map(({ name }) => name)).toContain("HEAD");
    for (const file of files) expect(readFileSync(join(file.parentPath, file.name)).includes("user:word")).toBe(false);
  });

  test("that is not there, or has no such reference, is refused without the login", async () => {
    for (const request of [{ ref: "nope" }, { repository: "none.git" }]) {
      const error = await take(request).catch((thrown: Error) => thrown);
      expect(error).toMatchObject({ code: "E_ADD_GIT" });
      expect(String(error)).not.toContain("word");
    }
  });

  test("gets its login where no list of processes shows it", async () => {
    const seen: (string | undefined)[] = [];
    const guarded = createServer(({ headers: { authorization } }, response) => {
      seen.push(authorization);
      response.writeHead(authorization ? 404 : 401, { "www-authenticate": 'Basic realm="x"' }).end();
    });
    await new Promise<void>((resolve) => guarded.listen(0, "127.0.0.1", resolve));
    const tools = mkdtempSync(join(dir, "tools-"));
    const real = execFileSync("/bin/sh", ["-c", "command -v git"], { encoding: "utf8" }).trim();
    writeFileSync(join(tools, "git"), `#!/bin/sh\necho "$@" >> '${tools}/said'\nexec ${real} "$@"\n`, { mode: 0o755 });
    // Another helper of the user's own must not be asked in the place of what the recipe says.
    writeFileSync(join(tools, ".gitconfig"), "[credential]\n\thelper = !echo username=other; echo password=other; :\n");
    const request = {
      remote: `http://me:pa%40w%20ord@127.0.0.1:${(guarded.address() as AddressInfo).port}/r.git`,
      ...{ ref: undefined, checksum: undefined, keepGitDir: false, submodules: false },
      signal: new AbortController().signal,
    };
    const env = { PATH: `${tools}:${process.env["PATH"]}`, HOME: tools };
    await expect(checkout(request, { folder: join(dir, "cache"), env })).rejects.toMatchObject({ code: "E_ADD_GIT" });
    guarded.close();
    expect(seen).toContain(`Basic ${Buffer.from("me:pa@w ord").toString("base64")}`);
    expect(seen.join()).not.toContain(Buffer.from("other:other").toString("base64"));
    expect(readFileSync(join(tools, "said"), "utf8")).not.toMatch(/w(?:%20| )ord/);
  });
});
