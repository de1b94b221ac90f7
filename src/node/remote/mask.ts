/** A text without the secrets that a URL holds, and without those of any URL in it. */
export function maskSecrets(text: string, url: string): string {
  let masked = text;
  for (const secret of secretsOf(url)) {
    for (const form of [secret, decoded(secret)]) {
      if (form.length > 3) masked = masked.replaceAll(form, "***");
    }
  }
  return maskUrl(masked);
}

/** A part of a URL longer than this is no user and no password. */
const LONGEST_USER = 4096;

/**
 * A text, or a URL, as it may be printed: without the passwords of the URLs in it, and without the
 * users of web servers, who may be tokens.
 */
export function maskUrl(text: string): string {
  let masked = "";
  let done = 0;
  for (let at = text.indexOf("://"); at >= 0; at = text.indexOf("://", done)) {
    const begin = at + "://".length;
    const user = userAt(text, begin);
    const isWeb = /https?$/i.test(text.slice(Math.max(done, at - 5), at));
    const isSecret = user !== undefined && (isWeb || user.includes(":"));
    masked += text.slice(done, begin);
    if (isSecret) masked += "***";
    done = isSecret ? begin + user.length : begin;
  }
  return masked + text.slice(done);
}

/** What comes before the last `@` of the host that begins here; a password may have an `@`, too. */
function userAt(text: string, begin: number): string | undefined {
  const [host = ""] = /^[^/?#\s'"<>]*/.exec(text.slice(begin, begin + LONGEST_USER)) ?? [];
  const end = host.lastIndexOf("@");
  return end < 0 ? undefined : host.slice(0, end);
}

/** The user and the password of a URL, or the user who may be a token. */
function secretsOf(url: string): readonly string[] {
  const at = url.indexOf("://");
  const user = at < 0 ? undefined : userAt(url, at + "://".length);
  if (user === undefined) return [];
  const colon = user.indexOf(":");
  if (colon >= 0) return [user.slice(0, colon), user.slice(colon + 1)];
  return /https?$/i.test(url.slice(0, at)) ? [user] : [];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
