import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import { toHex, utf8 } from "../../src/base/bytes.ts";
import { nodeHash } from "../../src/node/host/platform.ts";
import { formatRefValue, parseRefValue } from "../../src/remote/ref-value.ts";
import type { RefValue } from "../../src/remote/remote.ts";
import type { Project } from "../support/run-cli.ts";
import { git } from "../support/shared-projects.ts";

/** Makes remotes with the run of `main` beside a project, each wrong in the way that its name says. */
export async function brokenRemotes(project: Project): Promise<void> {
  const { root } = project;
  const main = (name: string): string => path.join(root, name, "refs/heads/main~1");
  const packs = (name: string): string[] =>
    readdirSync(path.join(root, name, "packs")).map((pack) => path.join(root, name, "packs", pack));
  const change = (name: string, to: (value: RefValue) => Partial<RefValue>): void => {
    const value = parseRefValue(readFileSync(main(name), "utf8"), name, nodeHash) as RefValue;
    writeFileSync(main(name), formatRefValue({ ...value, ...to(value) }, nodeHash));
  };
  const changes: Readonly<Record<string, (name: string) => void>> = {
    good: () => undefined,
    "cut-ref": (name) => truncateSync(main(name), 40),
    "long-ref": (name) => truncateSync(main(name), 2 ** 21),
    "newer-ref": (name) => writeFileSync(main(name), "rewind ref 2\n"),
    "huge-pack": (name) =>
      change(name, ({ packs }) => ({ packs: packs.map((pack) => ({ ...pack, bytes: 2 ** 30 })) })),
    "many-packs": (name) =>
      change(name, ({ packs: [pack] }) => ({
        packs: Array.from({ length: 1_100 }, (_, i) => ({
          ...{ holds: "base", objects: pack?.objects ?? 0, bytes: 2 ** 26 },
          hash: toHex(nodeHash(utf8(`${i}`))),
        })),
      })),
    "no-packs": (name) => change(name, () => ({ packs: [] })),
    "lost-pack": (name) => rmSync(packs(name)[0] as string),
    "cut-pack": (name) => truncateSync(packs(name)[0] as string, 100),
    "flipped-pack": (name) => {
      const bytes = readFileSync(packs(name)[0] as string);
      bytes[100] = (bytes[100] as number) ^ 1;
      writeFileSync(packs(name)[0] as string, bytes);
    },
    newer: (name) => writeFileSync(path.join(root, name, "rewind-remote"), "rewind remote 2\n"),
    "other-folder": (name) => rmSync(path.join(root, name, "rewind-remote")),
  };
  for (const [name, break_] of Object.entries(changes)) {
    await project.ok("remote", "add", name, name);
    await project.ok("push", name, "main");
    await project.ok("remote", "remove", name);
    await project.ok("remote", "add", name, name);
    break_(name);
  }
  await project.ok("tag", "of-good", "main");
  await project.ok("push", "good", "of-good");
  await project.ok("tag", "--delete", "of-good");
  await project.ok("remote", "add", "unmounted", "unmounted");
  await project.ok("push", "unmounted", "main");
  rmSync(path.join(root, "unmounted"), { recursive: true });
  await project.ok("remote", "add", "file", "file/runs");
  await project.write("file", "");
  git(root, "init", "--quiet", "--bare", "empty.git");
  await project.ok("remote", "add", "no-git", "git+file:///nowhere/runs.git");
}
