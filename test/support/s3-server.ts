import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** A server with the part of S3 that a remote uses, in memory. */
export interface S3Server {
  readonly endpoint: string;
  /** The requests so far, as `PUT /bucket/key`. */
  readonly requests: string[];
  /** The bytes of bodies so far, in both directions. */
  moved: number;
  readonly objects: Map<string, Uint8Array>;
  /** Called before a request is answered; true cuts the connection. */
  cut: (request: string) => boolean;
  close(): Promise<void>;
}

/** `preconditions: false` is the negative case: a server that ignores `If-None-Match`. */
export async function s3Server({
  preconditions = true,
}: {
  readonly preconditions?: boolean;
} = {}): Promise<S3Server> {
  const objects = new Map<string, Uint8Array>();
  const requests: string[] = [];
  const state = { cut: (_: string): boolean => false, moved: 0 };
  const server: Server = createServer(async (request, response) => {
    const { method = "", url = "" } = request;
    const parts: Buffer[] = [];
    for await (const part of request) {
      parts.push(part as Buffer);
      state.moved += (part as Buffer).length;
    }
    const { pathname, searchParams } = new URL(url, "http://localhost");
    const line = `${method} ${pathname}`;
    requests.push(line);
    if (state.cut(line)) {
      request.socket.destroy();
      return;
    }
    const key = decodeURIComponent(pathname.replace(/^\/[^/]+\/?/, ""));
    const found = objects.get(key);
    const send = (status: number, body: Uint8Array | string = ""): void => {
      if (method !== "HEAD") state.moved += Buffer.byteLength(body);
      response.writeHead(status, { "content-length": Buffer.byteLength(body) });
      response.end(method === "HEAD" ? undefined : body);
    };
    if (!request.headers.authorization?.startsWith("AWS4-HMAC-SHA256 Credential=test/")) {
      send(403, "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>");
    } else if (key === "" && searchParams.get("list-type") === "2") {
      const prefix = searchParams.get("prefix") ?? "";
      const after = searchParams.get("continuation-token") ?? "";
      const all = [...objects.keys()]
        .filter((name) => name.startsWith(prefix) && name > after)
        .sort();
      const page = all.slice(0, 3);
      const next =
        all.length > page.length
          ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>`
          : "";
      const keys = page.map(
        (name) =>
          `<Contents><Key>${encodeURIComponent(name)}</Key><Size>${objects.get(name)?.length}</Size></Contents>`,
      );
      send(200, `<ListBucketResult>${keys.join("")}${next}</ListBucketResult>`);
    } else if (method === "PUT") {
      if (preconditions && request.headers["if-none-match"] === "*" && found !== undefined) {
        send(412, "<Error><Code>PreconditionFailed</Code></Error>");
        return;
      }
      objects.set(key, Buffer.concat(parts));
      send(200);
    } else if (method === "DELETE") {
      objects.delete(key);
      send(204);
    } else if (found === undefined) send(404, "<Error><Code>NoSuchKey</Code></Error>");
    else if (method === "HEAD") {
      response.writeHead(200, { "content-length": found.length });
      response.end();
    } else send(200, found);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    requests,
    objects,
    get moved() {
      return state.moved;
    },
    set moved(value) {
      state.moved = value;
    },
    get cut() {
      return state.cut;
    },
    set cut(value) {
      state.cut = value;
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
