import { describe, expect, test } from "vitest";
import { repositoryPlace } from "../../../src/node/host/repository-place.ts";

const PLACES: Readonly<Record<string, string>> = {
  "https://github.com/team/model.git": "github.com/team/model",
  "https://github.com/team/model/": "github.com/team/model",
  "https://me:token@GitHub.com:8443/team/model.git?key=1#x": "github.com/team/model",
  "https://token@github.com/team/model": "github.com/team/model",
  "https://a:b@c:d@github.com/team/model": "github.com/team/model",
  "http://10.0.0.7/model.git": "10.0.0.7/model",
  "ssh://git@host:22/~/team/model.git": "host/~/team/model",
  "git+ssh://git@host/team/model": "host/team/model",
  "git://host/a/b/c.git": "host/a/b/c",
  "ssh://git@[::1]:22/model": "[::1]/model",
  "git@github.com:team/model.git": "github.com/team/model",
  "github.com:team/model": "github.com/team/model",
  "git@host:/srv/git/model.git": "host/srv/git/model",
  "git@[::1]:model": "[::1]/model",
  "https://dev.azure.com/org/My%20Project/_git/repo": "dev.azure.com/org/My%20Project/_git/repo",
  "https://host/é/模型": "host/é/模型",
};

const LEFT_OUT: readonly string[] = [
  ...["", "model", "../model.git", "/srv/model.git", "./host:model", "~/model"],
  ...["C:\\model", "C:/model", "c:model", "\\\\server\\model", "file:///srv/model"],
  ...["ext::sh -c touch x", "ext::ssh://host/model", "hg::https://host/model", "s3://bucket/model"],
  ...["https://", "https://host", "https://host/", "https:///model", "https://me:secret@", "host:"],
  // A password that is not escaped, whose first part looks like a host, a port or a path.
  ...["https://me:sec/ret@host/model", "https://me:12/ret@host/model", "https://me:1/a?ret@host/m"],
  ...[
    "https://sec/ret@host/model",
    "https://me:sec#ret@host/model",
    "https://me:12?ret@host/model",
  ],
  ...[
    "me:secret@host:model",
    "host:me:secret@other/model",
    "https://host/me%3Asecret%40host/model",
  ],
  ...["https://host/key=secret/model", "https://host/model;token=secret", "https://host/a b"],
  ...["https://host/../model", "host:..", "https://host/a/./b", "https://-host/model", "-x:model"],
  ...[
    "https://host/a\u001b[31m",
    "https://host/a\nb",
    "https://ho\nst/a",
    "host:a\u202eb",
    "host://x",
  ],
  `https://host/${"a".repeat(1_000)}`,
];

describe("where a Git remote is", () => {
  test.each(Object.entries(PLACES))("%s is %s", (url, place) => {
    expect(repositoryPlace(url)).toBe(place);
  });

  test.each(LEFT_OUT)("%j is left out", (url) => {
    expect(repositoryPlace(url)).toBeUndefined();
  });
});
