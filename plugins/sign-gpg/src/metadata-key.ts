/** Where libostree keeps OpenPGP signatures in detached commit metadata and in summary.sig (ostree-core-private.h). */
export const METADATA_KEY = 'ostree.gpgsigs';
