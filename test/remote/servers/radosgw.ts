import { randomUUID } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { AwsClient } from "aws4fetch";
import type { S3Access } from "../../../src/node/remote/s3-credentials.ts";
import { freePort, type Running, run, start, until } from "./installed.ts";

/** The programs of the Debian packages ceph-mon, ceph-osd and radosgw that it needs. */
export const RADOSGW: readonly string[] = ["ceph-mon", "ceph-osd", "radosgw", "monmaptool"];

const KEYS = { accessKeyId: "test", secretAccessKey: "testsecret" };

/** A real S3 server, Ceph's, on one machine and in memory, with a bucket `bucket`. */
export async function radosgw(root: string): Promise<Running & { readonly access: S3Access }> {
  const port = await freePort();
  const monitor = await freePort();
  const fsid = randomUUID();
  for (const name of ["mon", "osd", "run", "log", "rgw"]) fs.mkdirSync(path.join(root, name));
  const conf = path.join(root, "ceph.conf");
  const keyring = path.join(root, "keyring");
  const monmap = path.join(root, "monmap");
  fs.writeFileSync(
    conf,
    `[global]
fsid = ${fsid}
mon host = [v1:127.0.0.1:${monitor}]
mon initial members = a
auth cluster required = none
auth service required = none
auth client required = none
osd pool default size = 1
osd pool default min size = 1
mon allow pool size one = true
osd pool default pg num = 1
osd pool default pgp num = 1
osd crush chooseleaf type = 0
mon max pg per osd = 1000
run dir = ${root}/run
admin socket = ${root}/run/$name.asok
pid file = ${root}/run/$name.pid
log file = ${root}/log/$name.log
ms bind msgr2 = false
public addr = 127.0.0.1
cluster addr = 127.0.0.1
[mon.a]
mon data = ${root}/mon
mon addr = v1:127.0.0.1:${monitor}
mon data avail crit = 1
[osd]
osd objectstore = memstore
memstore device bytes = 2147483648
osd data = ${root}/osd
osd crush update on start = false
osd class update on start = false
osd class load list = *
osd class default list = *
[client.rgw]
rgw frontends = beast endpoint=127.0.0.1:${port}
rgw data = ${root}/rgw
`,
  );
  const ceph = (...args: readonly string[]): string => run("ceph", ["-c", conf, ...args]);
  const servers: Running[] = [];
  const close = async (): Promise<void> => {
    for (const server of servers.splice(0).reverse()) await server.close();
  };
  try {
    run("ceph-authtool", [
      ...["--create-keyring", keyring, "--gen-key", "-n", "mon.", "--cap", "mon", "allow *"],
    ]);
    run("monmaptool", [
      ...["--create", "--addv", "a", `[v1:127.0.0.1:${monitor}]`, "--fsid", fsid, monmap],
    ]);
    run("ceph-mon", [
      ...["-c", conf, "-i", "a", "--mkfs", "--monmap", monmap, "--keyring", keyring],
    ]);
    servers.push(start("ceph-mon", ["-c", conf, "-i", "a", "-f"]));
    const osd = randomUUID();
    run("ceph-osd", ["-c", conf, "-i", "0", "--mkfs", "--osd-uuid", osd]);
    ceph("osd", "new", osd);
    ceph("osd", "crush", "add", "osd.0", "1.0", "host=h", "root=default");
    servers.push(start("ceph-osd", ["-c", conf, "-i", "0", "-f"]));
    servers.push(start("radosgw", ["-c", conf, "-n", "client.rgw", "-f"]));
    const endpoint = `http://127.0.0.1:${port}`;
    await until("radosgw", async () => (await fetch(endpoint)).ok);
    run("radosgw-admin", [
      ...["-c", conf, "user", "create", "--uid=t", "--display-name=t"],
      ...[`--access-key=${KEYS.accessKeyId}`, `--secret-key=${KEYS.secretAccessKey}`],
    ]);
    const client = new AwsClient({ ...KEYS, service: "s3", region: "default" });
    await until("radosgw's bucket", async () => {
      return (await client.fetch(`${endpoint}/bucket`, { method: "PUT" })).ok;
    });
    return { access: { ...KEYS, region: "default", endpoint }, close };
  } catch (error) {
    await close();
    throw error;
  }
}
