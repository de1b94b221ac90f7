import { spawn } from "node:child_process";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import { afterEach, describe, expect, test, vi } from "vitest";
import { utf8 } from "../../src/base/bytes.ts";
import { clock } from "../../src/base/clock.ts";
import { encodeMessage, messagesOf } from "../../src/node/remote/frames.ts";
import { httpBlobs } from "../../src/node/remote/http-blobs.ts";
import { openRemote } from "../../src/node/remote/open-remote.ts";
import { s3Blobs } from "../../src/node/remote/s3-blobs.ts";
import { serve } from "../../src/node/remote/serve.ts";
import { sshBlobs, stdioBlobs } from "../../src/node/remote/ssh-blobs.ts";
import type { Blobs } from "../../src/remote/blob-remote.ts";
import { webList } from "../../src/remote/web-list.ts";
import { storeTools } from "../support/store-tools.ts";

const closed: (() => void)[] = [];

afterEach(() => {
  vi.useRealTimers();
  for (const close of closed.splice(0)) close();
});

/** A program at the other end of ssh that answers each request with these bytes, and never ends. */
function program(answer: Uint8Array, signal?: AbortSignal): Blobs {
  const base64 = Buffer.from(answer).toString("base64");
  const script = `process.stdin.on("data", () => process.stdout.write(Buffer.from("${base64}", "base64")));
    setInterval(() => {}, 1e6);`;
  const start = () => {
    const child = spawn(process.execPath, ["-e", script]);
    closed.push(() => child.kill("SIGKILL"));
    return child;
  };
  return stdioBlobs("ssh://host/x", start, signal);
}

const message = (head: object, bytes: Uint8Array = new Uint8Array()): Uint8Array =>
  encodeMessage({ head: head as Record<string, unknown>, bytes });

/** The lengths that a message begins with, without what follows. */
function lengths(head: number, bytes: number): Uint8Array {
  const all = new DataView(new ArrayBuffer(8));
  all.setUint32(0, head, true);
  all.setUint32(4, bytes, true);
  return new Uint8Array(all.buffer);
}

async function server(answer: RequestListener): Promise<string> {
  const made = createServer(answer);
  await new Promise<void>((resolve) => made.listen(0, "127.0.0.1", resolve));
  closed.push(() => {
    made.closeAllConnections();
    made.close();
  });
  return `http://127.0.0.1:${(made.address() as AddressInfo).port}`;
}

const ACCESS = { accessKeyId: "test", secretAccessKey: "secret", region: "x" };

async function bucket(
  answer: RequestListener,
  options: Parameters<typeof s3Blobs>[2] = { wait: async () => undefined },
): Promise<Blobs> {
  return s3Blobs("s3://bucket/runs", { ...ACCESS, endpoint: await server(answer) }, options);
}

describe("an error from the other end of ssh", () => {
  test.each([
    ...["constructor", "__proto__", "PROGRAM_NOT_TRUSTED", "VERIFY_FAILED", "REF_NOT_FOUND"],
    ...[5, null, { a: 1 }, ["REMOTE_INVALID"]],
  ])("has no code of its choice: %j", async (error) => {
    const blobs = program(message({ error, message: "why" }));
    await expect(blobs.list("refs/")).rejects.toMatchObject({
      ...{ code: "REMOTE_FAILED", message: "ssh://host/x: why", data: { url: "ssh://host/x" } },
    });
  });

  test("keeps the codes that a remote has", async () => {
    const blobs = program(message({ error: "REMOTE_INVALID", message: { toString: 1 } }));
    await expect(blobs.read("refs/x", 1)).rejects.toMatchObject({
      ...{ code: "REMOTE_INVALID", message: "ssh://host/x: the other end failed" },
    });
  });
});

describe("a message over ssh is refused at its first bytes", () => {
  test.each([
    ["a head that is too long", lengths(1 << 15, 0)],
    ["a list that is too long", lengths(2, 1 << 25)],
  ])("%s", async (_, answer) => {
    const invalid = { code: "REMOTE_INVALID", message: expect.stringContaining("too long") };
    await expect(program(answer).list("refs/")).rejects.toMatchObject(invalid);
  });

  test("more than was asked for, and bytes that were not", async () => {
    const invalid = { code: "REMOTE_INVALID", message: expect.stringContaining("too long") };
    const answer = message({ found: true, size: 1 }, utf8("12345"));
    await expect(program(answer).read("refs/x", 4)).rejects.toMatchObject(invalid);
    await expect(program(answer).create("refs/x", utf8(""))).rejects.toMatchObject(invalid);
    expect(await program(answer).read("refs/x", 5)).toEqual(utf8("12345"));
  });

  test("a list of another kind", async () => {
    const blobs = program(message({}, utf8("names")));
    await expect(blobs.list("refs/")).rejects.toMatchObject({ code: "REMOTE_INVALID" });
  });
});

/** What `serve` answers, without the bytes. */
async function answers(...requests: Uint8Array[]): Promise<unknown[]> {
  const parts: Uint8Array[] = [];
  const blobs = { list: async () => ["x".repeat(1 << 25)] } as unknown as Blobs;
  const write = async (part: Uint8Array): Promise<void> => void parts.push(part);
  await serve(
    blobs,
    (async function* () {
      yield* requests;
    })(),
    write,
  );
  const heads: unknown[] = [];
  for await (const { head } of messagesOf(
    (async function* () {
      yield* parts;
    })(),
    () => 0,
  )) {
    heads.push(head);
  }
  return heads;
}

describe("serve", () => {
  test("refuses a head that is too long, at its first bytes", async () => {
    await expect(answers(lengths(1 << 25, 0))).rejects.toMatchObject({ code: "REMOTE_INVALID" });
  });

  test.each([undefined, -1, 0.5, "5", 2 ** 40, null])("refuses the length %j", async (most) => {
    const request = message({ verb: "read", name: "refs/heads/main~1", most });
    expect(await answers(request)).toEqual([
      { error: "REMOTE_INVALID", message: "invalid length" },
    ]);
  });

  test("refuses a name that is too long, and gives no list that is", async () => {
    const long = message({ verb: "read", name: `refs/${"a/".repeat(1_200)}b` });
    const list = message({ verb: "list", name: "refs/" });
    expect(await answers(long, list)).toMatchObject([
      { error: "REMOTE_INVALID", message: "invalid name" },
      { error: "REMOTE_INVALID", message: expect.stringContaining("expected at most") },
    ]);
  });
});

describe("lengths over ssh", () => {
  test("of names outside of the folder are refused", async () => {
    for (const name of ["packs/../../x", "/etc/passwd", "packs//x", "x"]) {
      const asked = message({ verb: "sizes" }, utf8(webList(["packs/a", name])));
      expect(await answers(asked)).toEqual([{ error: "REMOTE_INVALID", message: "invalid name" }]);
    }
  });

  test("that are no numbers count as absent", async () => {
    const lines = webList(["5", "-1", "absent", "1e9", "7"]);
    const blobs = program(message({}, utf8(lines)));
    const names = ["a", "b", "c", "d", "e", "f"].map((name) => `packs/${name}`);
    expect([...(await blobs.sizes(names))]).toEqual([
      ["packs/a", 5],
      ["packs/e", 7],
    ]);
  });
});

describe("a list of a bucket", () => {
  const page = (key: string, token?: string): string => {
    const next = token && `<NextContinuationToken>${token}</NextContinuationToken>`;
    return `<ListBucketResult><Key>${key}</Key>${next ?? ""}</ListBucketResult>`;
  };

  test.each([
    ["runs/refs/heads/%ZZ~1", "%ZZ"],
    ["other/refs/heads/main~1", "other/refs"],
    ["runs/packs/x", "not asked for"],
    ["", 'got ""'],
  ])("with the key %j", async (key, says) => {
    const blobs = await bucket((_, response) => void response.end(page(key)));
    await expect(blobs.list("refs/")).rejects.toMatchObject({
      ...{ code: "REMOTE_INVALID", message: expect.stringContaining(says) },
    });
  });

  test("that goes round in a circle", async () => {
    let pages = 0;
    const blobs = await bucket((_, response) => {
      response.end(page("runs/refs/heads/main~1", ["a", "b"][++pages % 2]));
    });
    await expect(blobs.list("refs/")).rejects.toMatchObject({
      ...{ code: "REMOTE_INVALID", message: expect.stringContaining("without an end") },
    });
    expect(pages).toBe(3);
  });

  test("that never ends", async () => {
    let pages = 0;
    const blobs = await bucket((_, response) => {
      response.end(page("runs/refs/heads/main~1", `${++pages}`));
    });
    await expect(blobs.list("refs/")).rejects.toMatchObject({
      ...{ code: "REMOTE_INVALID", message: expect.stringContaining("pages") },
    });
    expect(pages).toBeLessThan(1_010);
  });
});

describe("a list of too many names", () => {
  const lines = `rewind refs 1\n${"\n".repeat(1 << 20)}x`;
  const many = { code: "REMOTE_INVALID", message: expect.stringContaining("over 1048576") };

  test("on a web server", async () => {
    const blobs = httpBlobs(await server((_, response) => void response.end(lines)));
    await expect(blobs.list("refs/")).rejects.toMatchObject(many);
  });

  test("at the other end of ssh", async () => {
    const script = `process.stdin.once("data", () => {
      const head = Buffer.from("{}"), lengths = Buffer.alloc(8);
      const bytes = Buffer.from("rewind refs 1\\n" + "\\n".repeat(1 << 20) + "x");
      lengths.writeUInt32LE(head.length, 0);
      lengths.writeUInt32LE(bytes.length, 4);
      process.stdout.write(Buffer.concat([lengths, head, bytes]));
    })`;
    const blobs = stdioBlobs("ssh://host/x", () => spawn(process.execPath, ["-e", script]));
    await expect(blobs.list("refs/")).rejects.toMatchObject(many);
    await blobs.close?.();
  });

  test("in a bucket", async () => {
    const page = `<Key>${"runs/</Key><Key>".repeat(200_000)}runs/</Key>`;
    let pages = 0;
    const blobs = await bucket((_, response) => {
      response.end(`${page}<NextContinuationToken>${++pages}</NextContinuationToken>`);
    });
    await expect(blobs.list("")).rejects.toMatchObject(many);
    expect(pages).toBe(6);
  });
});

test("a redirect to what is no URL", async () => {
  const url = await server((_, response) => {
    response.writeHead(302, { location: "http://[" }).end();
  });
  await expect(httpBlobs(url).list("refs/")).rejects.toMatchObject({ code: "REMOTE_INVALID" });
});

/** Begins an answer and sends nothing more. */
const hang: RequestListener = (_, response) => {
  response.writeHead(200);
  response.write("rewind refs 1\n");
};

describe("a server that hangs", () => {
  /** Each transport, with what tells that its request has begun. */
  const servers: Readonly<
    Record<string, (begun: () => void, signal?: AbortSignal) => Promise<Blobs>>
  > = {
    http: async (begun, signal) =>
      httpBlobs(
        await server((request, response) => {
          hang(request, response);
          begun();
        }),
        signal,
      ),
    s3: (begun, signal) =>
      bucket((request, response) => {
        hang(request, response);
        begun();
      }, signal && { signal }),
    "s3, between two attempts": (begun, signal) =>
      bucket((_, response) => {
        response.writeHead(500).end();
        begun();
      }, signal && { signal }),
    "ssh, in an answer": async (begun, signal) => {
      setTimeout(begun, 0);
      return program(utf8("cut"), signal);
    },
    "ssh, before it": async (begun, signal) => {
      setTimeout(begun, 0);
      return program(new Uint8Array(), signal);
    },
  };

  test.each(Object.entries(servers))("is left when the user interrupts: %s", async (_, make) => {
    const interrupt = new AbortController();
    const blobs = await make(() => interrupt.abort(), interrupt.signal);
    await expect(blobs.list("refs/")).rejects.toMatchObject({ code: "INTERRUPTED" });
    await expect(blobs.read("refs/x", 1)).rejects.toMatchObject({ code: "INTERRUPTED" });
  });

  test.each(Object.entries(servers).filter(([name]) => !name.includes("attempts")))(
    "is left after a minute: %s",
    async (name, make) => {
      fakeClock();
      const blobs = await make(() => undefined);
      const answer = expect(blobs.list("refs/")).rejects.toMatchObject({
        ...{ code: "REMOTE_FAILED", message: expect.stringContaining("for a minute") },
      });
      // S3 tries four times.
      const attempts = name === "s3" ? 4 : 1;
      for (let i = 0; i < attempts; i++) await vi.advanceTimersByTimeAsync(62_000);
      await answer;
    },
  );

  test("is left if it drips", async () => {
    fakeClock();
    const url = await server((request, response) => {
      hang(request, response);
      const timer = setInterval(() => response.write("a"), 1);
      response.on("close", () => clearInterval(timer));
    });
    const error = httpBlobs(url)
      .list("refs/")
      .catch((caught) => caught);
    let isLeft = false;
    void error.then(() => {
      isLeft = true;
    });
    while (!isLeft) {
      await new Promise((resolve) => setImmediate(resolve));
      await vi.advanceTimersByTimeAsync(10);
    }
    const message = expect.stringContaining("slower than");
    expect(await error).toMatchObject({ code: "REMOTE_FAILED", message });
  });
});

test.each([
  ...["ssh://[", "ssh://h/%ZZ", "ssh://%ZZ@h/x", "http://", "http://[", "https://%ZZ@h/"],
  ...["s3://b/%ZZ", "s3://[", "file://host/x", "file:///a%2fb"],
])("the URL %s is refused", async (url) => {
  vi.stubEnv("AWS_ACCESS_KEY_ID", "test");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "secret");
  const root = os.tmpdir();
  const options = { root, scratch: root, tools: storeTools() };
  await expect(openRemote(url, options)).rejects.toMatchObject({ code: "REMOTE_UNSUPPORTED" });
});

test("a user of ssh with an encoded name", () => {
  expect(() => sshBlobs("ssh://a%20b@host/x")).not.toThrow();
});

/** Puts Vitest's clock in the place of the one that rewind has taken. */
function fakeClock(): void {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  vi.spyOn(clock, "now").mockImplementation(() => performance.now());
  vi.spyOn(clock, "after").mockImplementation((ms, call) => setTimeout(call, ms));
  vi.spyOn(clock, "cancel").mockImplementation((timer) => clearTimeout(timer));
}
