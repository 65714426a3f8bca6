/** Names for downloads: proper ones, in any script, that every file system takes. */

/** Header value that names a file (RFC 6266): letters beyond ASCII in `filename*` (RFC 8187), a plain spelling beside it for old programs. */
export function contentDisposition(kind: 'inline' | 'attachment', name: string): string {
  const clean = fileName(name);
  const plain = clean
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\x20-\x7e]+/g, '_');
  const quoted = `${kind}; filename="${plain}"`;
  return `${quoted}; filename*=UTF-8''${encodeURIComponent(clean).replace(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)}`;
}

/** A name without the characters that Windows, macOS or a header forbids, at most 120 characters before its ending. */
function fileName(name: string): string {
  const dot = name.lastIndexOf('.');
  const [stem, ending] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ''];
  const letters = [
    ...stem
      .toWellFormed()
      .replace(/[\p{Cc}\p{Cf}\\/:*?"<>|%]+/gu, ' ')
      .replace(/\s+/g, ' ')
      .trim(),
  ];
  return `${letters.slice(0, 120).join('')}${ending}`;
}
