const SECRET_PARAMETERS = /(token|secret|passw|auth|credential|signature|^sig$|^key$|api_?key|access_?key)/i;

/** A URL as it may be shown: without user and password, and without the values of parameters that are secrets by their names. */
export function redactUrl(text: string): string {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return redactText(text);
  }
  url.username = '';
  url.password = '';
  let changed = false;
  for (const name of new Set(url.searchParams.keys())) {
    if (!SECRET_PARAMETERS.test(name)) continue;
    url.searchParams.set(name, '…');
    changed = true;
  }
  return changed ? url.href.replaceAll('%E2%80%A6', '…') : url.href;
}

/** Text from elsewhere with the URLs in it made fit to be shown. */
export function redactText(text: string): string {
  return text
    .replace(/([a-z][a-z0-9+.-]*:\/\/)[^/\s@"']*@/gi, '$1')
    .replace(/([?&])([^=&\s]+)=([^&\s"']+)/g, (all, mark: string, name: string) =>
      SECRET_PARAMETERS.test(name) ? `${mark}${name}=…` : all,
    );
}
