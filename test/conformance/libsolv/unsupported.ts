/** What a case asks for that is not judged here, in words that group skipped cases. */
export class Unsupported extends Error {}
