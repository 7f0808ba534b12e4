/** The door of summaries: writing, reading and what they say. */
export {
  collectionRefs,
  decodeSummary,
  encodeSummary,
  KEY as SUMMARY_KEY,
  type Summary,
  type SummaryRef,
  summaryCollections,
  summaryDeltas,
  summaryFlag,
  summaryText,
  summaryTime,
} from './codec.ts';
export { MAX_SUMMARY, parseSummary, readSummarySignature, summaryFile } from './read.ts';
export {
  autoUpdateSummary,
  type SummaryOptions,
  updateSignedSummary,
  updateSummary,
  writeSummarySignature,
} from './write.ts';
