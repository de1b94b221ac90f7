/** A part of a URL longer than this is no user and no password. */
const LONGEST_USER = 4096;

/** The host of a URL with its user: within a text, and in a URL alone. */
const IN_TEXT = /^[^/?#\s'"<>]*/;
const ALONE = /^[^/?#]*/;

/** A URL as it may be printed: without a password, and without a user who may be a token. */
export function maskUrl(url: string): string {
  return masked(url, ALONE);
}

/** A text without the secrets that a URL holds, and without those of any URL in it. */
export function maskSecrets(text: string, url: string): string {
  let rest = text;
  for (const secret of secretsOf(url)) {
    for (const form of [secret, decoded(secret)]) {
      if (form.length > 3) rest = rest.replaceAll(form, "***");
    }
  }
  return masked(rest, IN_TEXT);
}

/** Masks the user of each URL in a text, if it has a password or may be a token. */
function masked(text: string, host: RegExp): string {
  let shown = "";
  let done = 0;
  for (let at = text.indexOf("://"); at >= 0; at = text.indexOf("://", done)) {
    const begin = at + "://".length;
    const user = userAt(text, begin, host);
    const isWeb = /https?$/i.test(text.slice(Math.max(done, at - 5), at));
    const isSecret = user !== undefined && (isWeb || user.includes(":"));
    shown += text.slice(done, begin);
    if (isSecret) shown += "***";
    done = isSecret ? begin + user.length : begin;
  }
  return shown + text.slice(done);
}

/** What comes before the last `@` of the host that begins here: a password may have an `@`, too. */
function userAt(text: string, begin: number, host: RegExp): string | undefined {
  const [all = ""] = host.exec(text.slice(begin, begin + LONGEST_USER)) ?? [];
  const end = all.lastIndexOf("@");
  return end < 0 ? undefined : all.slice(0, end);
}

/** The user and the password of a URL, or the user who may be a token; also the lines of them. */
function secretsOf(url: string): readonly string[] {
  const at = url.indexOf("://");
  const user = at < 0 ? undefined : userAt(url, at + "://".length, ALONE);
  if (user === undefined) return [];
  const colon = user.indexOf(":");
  if (colon < 0 && !/https?$/i.test(url.slice(0, at))) return [];
  const secrets = colon < 0 ? [user] : [user.slice(0, colon), user.slice(colon + 1)];
  return secrets.flatMap((secret) => [secret, ...secret.split(/\s+/)]);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
