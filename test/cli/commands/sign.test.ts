import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { programOnPath } from "../../../src/node/host/program-on-path.ts";
import { openStore } from "../../../src/node/store/store-folder.ts";
import { decodeTag, encodeTag } from "../../../src/object/tag.ts";
import { type Project, walkProject } from "../../support/run-cli.ts";
import { twoProjects } from "../../support/shared-projects.ts";
import { storeTools } from "../../support/store-tools.ts";

const words = (line: string): string[] => line.split(" ");
const hasSshKeygen = programOnPath("ssh-keygen") !== undefined;
if (!hasSshKeygen) console.warn("ssh-keygen is not installed: signatures are NOT tested");

interface Person {
  readonly key: string;
  readonly publicKey: string;
}

/** A new key without a passphrase. */
function person(folder: string, name: string): Person {
  const key = path.join(folder, name);
  const made = words(`-q -t ed25519 -C ${name} -f`);
  execFileSync("ssh-keygen", [...made, key, "-N", ""], { stdio: "pipe" });
  const publicKey = execFileSync("ssh-keygen", ["-y", "-f", key], { encoding: "utf8" }).trim();
  return { key, publicKey };
}

describe.skipIf(!hasSshKeygen)("sign, and verify --signature", () => {
  let folder: string;
  let ada: Person;
  let bob: Person;
  let allowed: string;

  beforeAll(async () => {
    folder = path.join(tmpdir(), `rewind-keys-${process.pid}`);
    execFileSync("mkdir", ["-p", folder]);
    [ada, bob] = [person(folder, "ada"), person(folder, "bob")];
    allowed = path.join(folder, "allowed");
    await writeFile(allowed, `ada@example.org ${ada.publicKey}\n`);
    return () => void execFileSync("rm", ["-r", folder]);
  });

  /** A project with a tag v1 that Ada has signed. */
  async function signed(): Promise<Project> {
    const project = await walkProject();
    await project.ok("sign", "main", "--name", "v1", "-m", "as in\nthe paper", "--key", ada.key);
    return project;
  }

  const verified = (project: Project, ...more: string[]) =>
    project.run("verify", "v1", "--signature", "--allowed-signers", allowed, ...more);

  test("a run is signed, and its signer is named", async () => {
    const project = await walkProject();
    const { json } = await project.ok("sign", "main", "--key", ada.key, "--json");
    const { run } = (await project.ok("show", "main", "--json")).json;
    expect(json).toEqual({ tag: `signed/${run.slice(0, 12)}`, run, was: null });
    const { stdout } = await project.ok("sign", "main", "--name", "v1", "--key", ada.key);
    expect(stdout).toBe(`signed ${run.slice(0, 12)} with the tag v1\n`);
    const { status, stdout: text } = await verified(project);
    const key = /^v1: ([0-9a-f]{12}) is signed by ada@example\.org, (ED25519 SHA256:\S+)\n$/;
    expect(text).toMatch(key);
    expect([status, key.exec(text)?.[1]]).toEqual([0, run.slice(0, 12)]);
    expect((await verified(project, "--json")).json).toEqual({
      ...{ ok: true, tag: "v1", run, signer: "ada@example.org", problem: null },
      key: key.exec(text)?.[2],
    });
  });

  test("the signature travels with push --tags and fetch", async () => {
    const { a, b } = await twoProjects();
    await a.ok("sign", "main", "--name", "v1", "--key", ada.key);
    await a.ok("push", "--tags");
    await b.ok("fetch");
    expect((await verified(b)).stdout).toContain(" is signed by ada@example.org, ");
  });

  test("a signer who is not allowed, and a tag without a signature: status 3", async () => {
    const project = await walkProject();
    await project.ok("sign", "main", "--name", "v1", "--key", bob.key);
    const other = await verified(project);
    expect([other.status, other.stdout]).toEqual([
      3,
      expect.stringMatching(/^v1: no allowed signer has the key that signed it, ED25519 SHA256:/),
    ]);
    await project.ok("tag", "-f", "v1", "main");
    const none = await verified(project, "--json");
    expect([none.status, none.json]).toEqual([
      3,
      expect.objectContaining({ ok: false, signer: null, key: null, problem: "unsigned" }),
    ]);
  });

  test.each([
    ["message", "content"],
    ["time", "content"],
    ["target", "content"],
    ["name", "content"],
    ["ref", "name"],
  ])("a tag with another %s: status 3", async (what, problem) => {
    const project = await signed();
    await project.ok(...words("branch other main@500"));
    const store = await openStore(project.root, storeTools(), () => "");
    const id = (await store.refs.read("refs/tags/v1")) as string;
    const other = (await store.refs.read("refs/heads/other")) as string;
    const tag = decodeTag((await store.objects.get(id as never))?.body as Uint8Array);
    const writer = await store.objects.writer();
    const changed = {
      ...tag,
      ...(what === "message" && { message: "as in a paper" }),
      ...(what === "time" && { time: "2020-01-01T00:00:00.000Z" }),
      ...(what === "target" && { target: other as never }),
      ...(what === "name" && { name: "v2" }),
    };
    const forged = writer.put("tag", encodeTag(changed));
    await writer.close();
    const name = what === "ref" ? "refs/tags/v2" : "refs/tags/v1";
    const from = what === "ref" ? undefined : id;
    await store.refs.update([{ name, from, to: what === "ref" ? id : forged }], "forge");
    const line = ["verify", name.slice(10), "--signature", "--allowed-signers", allowed, "--json"];
    const { status, json } = await project.run(...line);
    expect([status, json.ok, json.signer, json.problem]).toEqual([3, false, null, problem]);
  });

  test("a signature for another program does not count", async () => {
    const project = await signed();
    const onlyGit = path.join(folder, "only-git");
    await writeFile(onlyGit, `ada@example.org namespaces="git" ${ada.publicKey}\n`);
    const line = ["verify", "v1", "--signature", "--allowed-signers", onlyGit, "--json"];
    const { status, json } = await project.run(...line);
    expect([status, json.problem]).toEqual([3, "signer"]);
  });

  test("keys and signers come from the user's settings, else from Git's global ones", async () => {
    const project = await walkProject();
    const git = path.join(folder, "gitconfig");
    vi.stubEnv("GIT_CONFIG_GLOBAL", git);
    onTestFinished(() => void vi.unstubAllEnvs());
    const lacking = await project.run("sign", "main", "--name", "v1");
    expect([lacking.status, lacking.stderr]).toEqual([1, expect.stringContaining("none is set")]);
    await writeFile(
      git,
      `[user]\n\tsigningKey = ${bob.key}\n[gpg "ssh"]\n\tallowedSignersFile = ${allowed}\n`,
    );
    await project.ok("sign", "main", "--name", "v1");
    expect((await project.run("verify", "v1", "--signature", "--json")).json.problem).toBe(
      "signer",
    );
    const settings = (...line: string[]) =>
      project.runWith({ env: process.env as Record<string, string> }, "config", ...line);
    expect((await settings("signing.key", ada.key)).status).toBe(0);
    await project.ok("sign", "main", "--name", "v1", "-f");
    const { json } = await project.ok("verify", "v1", "--signature", "--json");
    expect(json.signer).toBe("ada@example.org");
    const empty = path.join(folder, "nobody");
    await writeFile(empty, "");
    expect((await settings("signing.allowed", empty)).status).toBe(0);
    expect((await project.run("verify", "v1", "--signature", "--json")).json.problem).toBe(
      "signer",
    );
    // A revoked key no longer counts.
    const revoked = path.join(folder, "revoked");
    await writeFile(revoked, `${ada.publicKey}\n`);
    await writeFile(git, `[gpg "ssh"]\n\trevocationFile = ${revoked}\n`);
    expect((await verified(project, "--json")).json.problem).toBe("signer");
    for (const key of ["signing.key", "signing.allowed"]) await settings("--unset", key);
  });

  test("nothing that came with a project chooses the key or the signers", async () => {
    const project = await signed();
    execFileSync("git", ["init", "--quiet"], { cwd: project.root });
    for (const [key, value] of Object.entries({
      "user.signingKey": bob.key,
      "gpg.ssh.allowedSignersFile": allowed,
    })) {
      execFileSync("git", ["config", key, value], { cwd: project.root });
    }
    vi.stubEnv("GIT_CONFIG_GLOBAL", path.join(folder, "none"));
    onTestFinished(() => void vi.unstubAllEnvs());
    for (const line of ["sign main --name v2", "verify v1 --signature"]) {
      const { status, stderr } = await project.run(...words(line));
      expect([status, stderr]).toEqual([1, expect.stringContaining("none is set")]);
    }
  });

  test("a public key signs with the agent's private one", async () => {
    const socket = path.join(temporary(), "agent");
    const agent = execFileSync("ssh-agent", ["-s", "-a", socket], { encoding: "utf8" });
    const pid = Number(/SSH_AGENT_PID=(\d+)/.exec(agent)?.[1]);
    onTestFinished(() => void process.kill(pid));
    vi.stubEnv("SSH_AUTH_SOCK", socket);
    const git = path.join(folder, "gitconfig-agent");
    await writeFile(git, `[user]\n\tsigningKey = key::${ada.publicKey}\n`);
    vi.stubEnv("GIT_CONFIG_GLOBAL", git);
    onTestFinished(() => void vi.unstubAllEnvs());
    const project = await walkProject();
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith("rewind-sign-"));
    const refused = await project.run("sign", "main", "--name", "v1");
    expect([refused.status, refused.stderr]).toEqual([
      1,
      expect.stringMatching(/^error: cannot sign with the key of Git's user\.signingKey: /),
    ]);
    execFileSync("ssh-add", ["-q", ada.key], { stdio: "pipe" });
    await project.ok("sign", "main", "--name", "v1");
    expect((await verified(project)).status).toBe(0);
    const after = readdirSync(tmpdir()).filter((name) => name.startsWith("rewind-sign-"));
    expect(after).toEqual(before);
  });

  function temporary(): string {
    const made = execFileSync("mktemp", ["-d"], { encoding: "utf8" }).trim();
    onTestFinished(() => void execFileSync("rm", ["-rf", made]));
    return made;
  }

  test("an ssh-keygen that the project brings is not run", async () => {
    const project = await signed();
    await project.write("ssh-keygen", "#!/bin/sh\necho pwned >ran\n");
    execFileSync("chmod", ["+x", path.join(project.root, "ssh-keygen")]);
    vi.stubEnv("PATH", [".", "", process.env.PATH].join(path.delimiter));
    onTestFinished(() => void vi.unstubAllEnvs());
    expect((await verified(project)).status).toBe(0);
    expect(readdirSync(project.root)).not.toContain("ran");
  });

  test.each([
    ["sign main@5 --name v1", 2, "expected a run, got one of its steps"],
    ["sign main --name v1 --key gone", 1, "cannot sign with"],
    ["sign main --name ../v1 --key gone", 2, "../v1"],
    ["verify gone --signature --allowed-signers gone", 1, "there is no tag gone"],
    ["verify v1 --signature --allowed-signers gone", 1, "cannot read"],
    ["verify --signature", 2, "expected a tag"],
    ["verify v1 --signature --full", 2, "expected --full or --signature, got both"],
    ["verify v1 --allowed-signers x", 2, "--allowed-signers needs --signature"],
    ["config signing.key id", 2, "expected an absolute path"],
  ])("%s: status %d", async (line, expected, says) => {
    const project = await signed();
    const { status, stderr } = await project.run(...words(line));
    expect([status, stderr]).toEqual([expected, expect.stringContaining(says)]);
  });
});
