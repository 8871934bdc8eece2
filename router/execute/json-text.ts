/** Anything but what stands in JSON as it is: no control character, quote, backslash, or half of a pair. */
const needsEscape = /[^\u0020\u0021\u0023-\u005b\u005d-\ud7ff\ue000-\uffff]/;
/** Up to here a loop is faster than a regular expression. */
const shortLength = 40;

/** A string as JSON. Most need no escape: looking first is several times faster than `JSON.stringify`. */
export function quote(text: string): string {
  const { length } = text;
  if (length <= shortLength) {
    for (let index = 0; index < length; index++) {
      const code = text.charCodeAt(index);
      if (code === 0x22 || code === 0x5c || code < 0x20 || (code >= 0xd800 && code <= 0xdfff)) return JSON.stringify(text);
    }
    return `"${text}"`;
  }
  return needsEscape.test(text) ? JSON.stringify(text) : `"${text}"`;
}
