/** Where a remote can be, by how its URL begins. */
export const REMOTE_FORMS: readonly (readonly [written: string, means: string])[] = [
  ["/mnt/runs, ../runs, file:///mnt/runs", "a folder, also on a network mount"],
  ["git+ssh://…, git+https://…, git+file://…", "a Git repository, beside its own branches"],
  ["s3://bucket/prefix", "a bucket; AWS_ENDPOINT_URL names a server other than Amazon's"],
  ["https://…", "a web server over a folder: it can only be read"],
  ["ssh://host/path, ssh://host/~/path", "a folder of a machine that has rewind"],
];
