/** Classes of bytes, as flags. */
export const NAME = 1;
export const SPACE = 2;
/** Ends a run of text: markup, references, carriage returns, `]` and what XML forbids. */
export const STOPS_TEXT = 4;
/** Ends a run of an attribute's value. */
export const STOPS_VALUE = 8;

export const LT = 60;
export const GT = 62;
export const SLASH = 47;
export const AMP = 38;
export const EQUALS = 61;
export const QUOTE = 34;
export const APOSTROPHE = 39;
export const BRACKET = 91;
export const BRACKET_END = 93;

/** Flags of each byte. Bytes above 127 are parts of letters: that the input is UTF-8 is checked elsewhere. */
export const CLASS = new Uint8Array(256);
for (let byte = 0; byte < 256; byte++) {
  const char = String.fromCharCode(byte);
  let flags = 0;
  if (/[A-Za-z0-9_:.-]/.test(char) || byte > 127) flags |= NAME;
  if (/[ \t\r\n]/.test(char)) flags |= SPACE;
  if (/[<&\r\]]/.test(char) || (byte < 32 && !/[\t\n]/.test(char))) flags |= STOPS_TEXT;
  if (/[<&"']/.test(char) || byte < 32) flags |= STOPS_VALUE;
  CLASS[byte] = flags;
}
