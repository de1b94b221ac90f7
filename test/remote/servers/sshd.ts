import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { freePort, type Running, run, start, until } from "./installed.ts";

/** The programs of the Debian packages openssh-server and openssh-client that it needs. */
export const SSHD: readonly string[] = ["sshd", "ssh", "ssh-keygen"];

/** A real ssh server for this user, on which `rewind` is installed. */
export interface Sshd extends Running {
  /** `user@127.0.0.1:port`. */
  readonly host: string;
  /** What the client's path must begin with: its `ssh` knows the server's key and has the user's. */
  readonly bin: string;
}

export async function sshd(root: string): Promise<Sshd> {
  const port = await freePort();
  const at = (name: string): string => path.join(root, name);
  const [client, server] = ["client", "server"].map(at) as [string, string];
  for (const folder of [client, server]) fs.mkdirSync(folder);
  for (const key of [at("host-key"), at("user-key")]) {
    run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]);
  }
  const script = (file: string, line: string): void =>
    fs.writeFileSync(file, `#!/bin/sh\nexec ${line} "$@"\n`, { mode: 0o755 });
  const bin = path.resolve("bin/rewind.js");
  script(path.join(server, "rewind"), `'${process.execPath}' '${bin}'`);
  fs.copyFileSync(at("user-key.pub"), at("authorized"));
  // A server that root starts wants this folder, which a package's own script makes at boot.
  if (process.getuid?.() === 0) fs.mkdirSync("/run/sshd", { recursive: true });
  fs.writeFileSync(
    at("sshd_config"),
    `ListenAddress 127.0.0.1:${port}
HostKey ${at("host-key")}
AuthorizedKeysFile ${at("authorized")}
StrictModes no
UsePAM no
PermitRootLogin yes
PidFile none
SetEnv PATH=${server}:${process.env.PATH}
`,
  );
  fs.writeFileSync(
    at("known_hosts"),
    `[127.0.0.1]:${port} ${fs.readFileSync(at("host-key.pub"), "utf8")}`,
  );
  fs.writeFileSync(
    at("ssh_config"),
    `UserKnownHostsFile ${at("known_hosts")}\nGlobalKnownHostsFile none\nIdentityFile ${at("user-key")}\nIdentitiesOnly yes\n`,
  );
  const ssh = run("sh", ["-c", "command -v ssh"]).trim();
  script(path.join(client, "ssh"), `${ssh} -F '${at("ssh_config")}'`);
  const daemon = run("sh", ["-c", "command -v sshd"]).trim();
  const running = start(daemon, ["-D", "-f", at("sshd_config")]);
  const user = os.userInfo().username;
  await until("sshd", async () => {
    const args = ["-p", String(port), "-o", "BatchMode=yes", `${user}@127.0.0.1`, "true"];
    return spawnSync(path.join(client, "ssh"), args).status === 0;
  });
  return { host: `${user}@127.0.0.1:${port}`, bin: client, close: () => running.close() };
}
