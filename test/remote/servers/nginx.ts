import fs from "node:fs";
import path from "node:path";
import { freePort, type Running, start, until } from "./installed.ts";

/** The program of the Debian package nginx-light that it needs. */
export const NGINX: readonly string[] = ["nginx"];

/** A real web server of the files of a folder. */
export async function nginx(
  root: string,
  folder: string,
): Promise<Running & { readonly url: string }> {
  const port = await freePort();
  const conf = path.join(root, "nginx.conf");
  const user = process.getuid?.() === 0 ? "user root;\n" : "";
  fs.writeFileSync(
    conf,
    `${user}daemon off;
worker_processes 1;
pid ${root}/nginx.pid;
error_log ${root}/error.log;
events {}
http {
  access_log off;
  client_body_temp_path ${root}/body;
  proxy_temp_path ${root}/proxy;
  fastcgi_temp_path ${root}/fastcgi;
  uwsgi_temp_path ${root}/uwsgi;
  scgi_temp_path ${root}/scgi;
  server {
    listen 127.0.0.1:${port};
    root ${folder};
  }
}
`,
  );
  const running = start("nginx", ["-p", root, "-c", conf, "-e", `${root}/error.log`]);
  const url = `http://127.0.0.1:${port}`;
  await until("nginx", async () => (await fetch(url)).status > 0);
  return { url, close: () => running.close() };
}
